"""What the words say, by rules that a person can check: terms of the position, fillers and repetitions, questions and
answers, answer structure, quantified results, lexical measures, and the readers of terms and questions files.

Everything here is a pure function of text with times (`Passage`); the markers stand in `resources/lexicons/*.toml` and
may be edited. Nothing here scores an answer, and nothing looks at sound or picture.
"""

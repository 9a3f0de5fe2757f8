"""One module a command. Each offers `add(commands, shared)`: it adds its own parser (with `parents=[shared]`) and sets
`run`, a function from the parsed options to the exit status. Heavy imports belong inside `run`."""

"""Terms and questions as people write them down, and what is said of files that are something else."""

from __future__ import annotations

import json

import pytest

from analysis.failures import InputInvalid
from analysis.language.files import MAX_BYTES, read_questions, read_terms
from analysis.request import KitQuestion, Term
from app import text

TEXT = "# 后端岗位\n负载均衡 | load balancing｜LB\n\n微服务\n微服务\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_terms_one_a_line_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "术语 表.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_terms(path) == (Term("负载均衡", ("load balancing", "LB")), Term("微服务"))


def test_terms_as_json(tmp_path):
    path = tmp_path / "terms.json"
    path.write_text(json.dumps(["微服务", {"text": "负载均衡", "aliases": ["LB"]}]), "utf-8")
    assert read_terms(path) == (Term("微服务"), Term("负载均衡", ("LB",)))


def test_questions_with_and_without_ids(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("intro: 请介绍一下你自己\n为什么来我们公司？\nWhat else: nothing?\n", "utf-8")
    assert read_questions(path) == (
        KitQuestion("intro", "请介绍一下你自己"),
        KitQuestion("q2", "为什么来我们公司？"),
        KitQuestion("q3", "What else: nothing?"),
    )


def test_questions_as_json(tmp_path):
    path = tmp_path / "q.JSON"
    path.write_text('[{"id": "a", "text": "Why?"}, "How?"]', "utf-8")
    assert read_questions(path) == (KitQuestion("a", "Why?"), KitQuestion("q2", "How?"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.txt", None, "input_missing"),
        ("empty.txt", b"\n# nothing\n", "input_empty"),
        ("film.mp4", bytes(range(256)), "input_not_text"),
        ("long.txt", b"a" * (MAX_BYTES + 1), "input_too_large"),
        ("many.txt", b"a\n" * 5001, "input_too_large"),
        ("broken.json", b'["a",\n', "input_malformed"),
        ("object.json", b'{"a": 1}', "input_malformed"),
        ("numbers.json", b"[1]", "input_malformed"),
        ("blank.json", b'[{"text": " "}]', "input_malformed"),
    ],
)
@pytest.mark.parametrize("read", [read_terms, read_questions])
def test_anything_else_is_said_in_a_sentence(tmp_path, each_language, read, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputInvalid) as told:
        read(path)
    assert told.value.code == code
    assert name in text.sentence(told.value)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("a: One?\na: Two?\n", "utf-8")
    with pytest.raises(InputInvalid) as told:
        read_questions(path)
    assert told.value.params["line"] == 2

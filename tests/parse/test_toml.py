from __future__ import annotations

from tests.parse.reading import document, shown, values, where


def test_tables_keys_and_comments() -> None:
    text = """# Total GPUs: 64
top = 1
[model.parallel]
tp = 4 # was 8
"quoted key" = 'lit \\n 5'
dotted.pp = 2
gpus = [0, 1,
  2, # the third 3
]
inline = {dp = 2, name = "a\\u00d7 6"}
flag = true
long = \"\"\"
one 7
two\"\"\"
[[stage]]
id = 0
[[stage]]
id = 1
[stage.memory]
gb = 9
"""
    assert shown(text, "toml") == [
        "entry [.top] 1",
        "entry [.model > .parallel > .tp] 4",
        "entry [.model > .parallel > .quoted key] lit \\n 5",
        "entry [.model > .parallel > .dotted > .pp] 2",
        "entry [.model > .parallel > .gpus] [0, 1,\n  2, # the third 3\n]",
        "entry [.model > .parallel > .inline > .dp] 2",
        "entry [.model > .parallel > .inline > .name] a× 6",
        "entry [.model > .parallel > .flag] true",
        "sentence [.model > .parallel > .long] one 7 two",
        "entry [.stage > 0 > .id] 0",
        "entry [.stage > 1 > .id] 1",
        "entry [.stage > 1 > .memory > .gb] 9",
        "code [.Total GPUs] 64",
        "code [.model > .parallel > .tp] was 8",
        "code [.model > .parallel > .gpus] the third 3",
    ]
    assert document(text, "toml").notes == ()
    assert where(text, "9", "toml") == (20, 6)


def test_faults_are_named_and_the_rest_is_read() -> None:
    text = "tp = 4\npp = \ndp = 8\nnot toml 5\n"
    read = document(text, "toml")
    assert read.notes[0].fatal
    assert "broken TOML at line 2, column 6" in read.notes[0].message
    assert values(text, "toml")[".tp"] == "4"
    assert values(text, "toml")[".dp"] == "8"
    assert any("not toml 5" in one.value.content for one in read.statements)


def test_hostile_keys_and_brackets() -> None:
    assert "parts" in document("a." * 50_000, "toml").notes[0].message
    assert document("a = " + "[" * 5000, "toml").notes

"""kepu replies: what it lists and shows, and what holding, releasing and sending change."""

import json

import pytest

import ingest.context

LINES = '[replies]\nmode = "{mode}"\nsender = {{ address = "dasai@example.cn", smtp = "{url}" }}\n'


@pytest.fixture
def two_letters(contest, form, kepu, mta):
    """A contest in which two letters wait to be released, by a server that takes what it is sent."""
    for title, name in (("星海寻踪", "zhao"), ("深海来信", "qian")):
        contest.post(f"报送《{title}》", files=[("推荐表.docx", form(title))], sender=f"{name}@kjt.example.gov.cn")
    contest.config(LINES.format(mode="approve", url=mta.url))
    assert kepu("run").code == 0
    return contest


def states(kepu):
    return [json.loads(line)["state"] for line in kepu("replies", "list", "--json").out.splitlines()]


def test_list_as_json_gives_a_record_a_letter(kepu, two_letters):
    first, _ = (json.loads(line) for line in kepu("replies", "list", "--json").out.splitlines())
    shown = {key: first[key] for key in ("id", "works", "kind", "state", "to", "sent_at", "error")}
    assert shown == {
        "id": "L0001",
        "works": ["R2024-0001"],
        "kind": "receipt",
        "state": "held",
        "to": "zhao@kjt.example.gov.cn",
        "sent_at": None,
        "error": "",
    }


def test_list_counts_by_state(kepu, two_letters):
    assert "共 2 封：待放行 2。" in kepu("replies", "list").out


def test_list_of_one_state_leaves_out_the_others(kepu, two_letters):
    assert kepu("replies", "list", "--state", "sent").out.count("L000") == 0


def test_list_of_a_state_that_is_none_is_refused(kepu, two_letters):
    done = kepu("replies", "list", "--state", "gone")
    assert (done.code, "gone" in done.err) == (2, True)


def test_list_before_the_first_run_says_what_to_do(kepu, contest):
    done = kepu("replies", "list")
    assert (done.code, "kepu run" in done.err) == (2, True)


def test_preview_shows_the_words_of_one(kepu, two_letters):
    out = kepu("replies", "preview", "L0002").out
    assert ("【作品名称】深海来信" in out, "星海寻踪" in out) == (True, False)


def test_preview_of_all_shows_what_was_not_sent(kepu, two_letters):
    assert kepu("replies", "preview").out.count("—— L000") == 2


@pytest.mark.parametrize("what", ["preview", "hold", "release"])
@pytest.mark.parametrize("number", ["L9999", "R2024-0001", "٣", "L-1"])
def test_number_of_no_letter_is_refused(kepu, two_letters, what, number):
    done = kepu("replies", what, "--", number)
    assert (done.code, states(kepu)) == (2, ["held", "held"])


def test_released_letter_goes_and_the_other_waits(kepu, two_letters, mta):
    kepu("replies", "release", "L0001")
    done = kepu("replies", "send")
    assert (done.code, "发出 1 封" in done.out, states(kepu)) == (0, True, ["sent", "held"])


def test_letters_on_a_list_with_a_wrong_number_stay_as_they_are(kepu, two_letters):
    done = kepu("replies", "release", "L0001", "L9999")
    assert (done.code, states(kepu)) == (2, ["held", "held"])


def test_letter_that_was_sent_is_not_held(kepu, two_letters):
    kepu("replies", "release", "L0001")
    kepu("replies", "send")
    out = kepu("replies", "hold", "L0001").out
    assert ("L0001 已经发出或正在发出，来不及暂缓" in out, states(kepu)) == (True, ["sent", "held"])


def test_letter_held_again_does_not_go(kepu, two_letters, mta):
    kepu("replies", "release", "L0001", "L0002")
    kepu("replies", "hold", "L0001")
    kepu("run")
    assert (states(kepu), [one.to for one in mta.taken]) == (["held", "sent"], ["qian@kjt.example.gov.cn"])


def test_nothing_goes_while_all_is_held_and_then_it_goes_on(kepu, two_letters, mta):
    kepu("replies", "release", "L0001", "L0002")
    kepu("replies", "hold")
    kepu("run")
    before = len(mta.taken)
    said = kepu("replies", "list").out
    kepu("replies", "release")
    kepu("run")
    assert (before, "全部发信已暂停" in said, len(mta.taken)) == (0, True, 2)


def test_hold_takes_effect_in_a_batch_that_runs(kepu, two_letters, mta, monkeypatch):
    kepu("replies", "release", "L0001", "L0002")
    monkeypatch.setattr(ingest.context, "_crash", lambda step: step == "letter-settled" and kepu("replies", "hold"))
    kepu("run")
    monkeypatch.setattr(ingest.context, "_crash", None)
    assert (len(mta.taken), states(kepu)) == (1, ["sent", "queued"])


@pytest.mark.parametrize("mode", ["off", "preview"])
@pytest.mark.parametrize("call", [("send",), ("release", "L0001")])
def test_modes_that_send_nothing_refuse_to(kepu, two_letters, mta, mode, call):
    two_letters.config(LINES.format(mode=mode, url=mta.url))
    done = kepu("replies", *call)
    assert (done.code, f'mode = "{mode}"' in done.err, states(kepu)) == (2, True, ["held", "held"])


def test_drafts_do_not_go_when_the_mode_becomes_send(kepu, contest, form, mta):
    contest.post(files=[("推荐表.docx", form())])
    contest.config(LINES.format(mode="preview", url=mta.url))
    kepu("run")
    contest.config(LINES.format(mode="send", url=mta.url))
    kepu("run")
    assert (states(kepu), mta.taken) == (["draft"], [])


def test_refused_login_is_said_by_send(kepu, two_letters, mta, mtas):
    kepu("replies", "release", "L0001")
    with mtas.running(auth=True, always={"AUTH": "535 no"}) as strict:
        two_letters.config(LINES.format(mode="approve", url=strict.url))
        done = kepu("replies", "send")
    assert (done.code == 0, states(kepu)) == (False, ["queued", "held"])


def test_template_with_a_typo_is_named_before_anything_is_done(kepu, contest, form):
    folder = contest.folder / "模板"
    folder.mkdir()
    (folder / "receipt.txt").write_text("{{ automatic }}\n{{ greting }}", "utf-8")
    contest.post(files=[("推荐表.docx", form())])
    contest.config('[replies]\ntemplates = "模板"\n')
    done = kepu("run")
    assert (done.code, "receipt.txt" in done.err, "greting" in done.err) == (2, True, True)


def test_check_names_a_template_with_a_typo(kepu, contest):
    folder = contest.folder / "模板"
    folder.mkdir()
    (folder / "late.html").write_text("{{ automatic }}{% if %}", "utf-8")
    contest.config('[replies]\ntemplates = "模板"\n')
    done = kepu("check")
    assert (done.code == 0, "late.html" in done.out + done.err) == (False, True)

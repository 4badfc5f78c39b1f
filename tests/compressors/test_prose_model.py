"""LLMLingua-2 as an option for prose, on a tiny random model made on the spot: loading is real, its choices mean nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headroom_mcp import compress_output, open_store
from headroom_mcp.compressors.prose import kind
from headroom_mcp.compressors.prose import llmlingua as _llmlingua
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import MissingExtra, SettingsError

_TEXT = "\n\n".join(
    f"The keeper of light number {n} writes that the oil came late again and that the lamp was lit by hand until dawn. "
    + "He asks for a second lamp, for new glass, and for leave to visit his sister in the town across the water. "
    * (n % 3)
    for n in range(30)
)


def test_a_model_that_is_no_folder_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not a folder with a model"):
        _llmlingua.prune(_TEXT, str(tmp_path / "nothing"), 0.5)


def test_a_missing_library_is_named_with_its_pip_command(tmp_path: Path) -> None:
    try:
        import llmlingua  # noqa: F401
    except ImportError:
        folder = tmp_path / "xlm-roberta-large-tiny"
        folder.mkdir()
        (folder / "config.json").write_text("{}")

        with pytest.raises(MissingExtra, match=r"pip install .*\[ml\]'"):
            _llmlingua.prune(_TEXT, str(folder), 0.5)
    else:
        pytest.skip("llmlingua is installed here")


def test_a_name_of_a_model_is_handed_on_and_a_path_that_is_none_is_not() -> None:
    assert _llmlingua._named("microsoft/llmlingua-2-xlm-roberta-large-meetingbank").startswith("microsoft/")
    for named in ("/nowhere/xlm-roberta-large", "nowhere", "a/b/c", ""):
        with pytest.raises(SettingsError, match="nor a name such as"):
            _llmlingua._named(named)


@pytest.mark.slow
def test_a_model_chooses_whole_sentences(tmp_path: Path) -> None:
    pytest.importorskip("llmlingua")
    model = _tiny_model(tmp_path / "xlm-roberta-large-tiny")
    sentences = [one.text for one in kind.split(_TEXT.split("\n"))]

    worth = _llmlingua.worth(sentences, model)
    with open_store(Settings(home=str(tmp_path / "home"), prose_model=model)) as store:
        result = compress_output(_TEXT, tool_name="WebFetch", store=store, settings=store.settings)

    assert len(worth) == len(sentences)
    assert all(0 < one < 1 for one in worth)
    assert worth == pytest.approx(_llmlingua.worth(sentences, model))
    assert _llmlingua.worth([sentences[0], ""], model)[1] == 0
    assert result.outcome == "compressed"
    shown = result.text.rpartition("\n[headroom ")[0]
    pieces = [one.text for piece in re.split(r"\[…[^\]]*\]", shown) for one in kind.split(piece.split("\n"))]
    assert {piece for piece in pieces if piece} <= set(sentences)
    assert len(pieces) < len(sentences)


@pytest.mark.slow
def test_prose_is_shortened_by_the_model_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("llmlingua")
    model = _tiny_model(tmp_path / "xlm-roberta-large-tiny")
    settings = Settings(home=str(tmp_path / "home"), prose_model=f"words:{model}")

    with open_store(settings) as store:
        result = compress_output(_TEXT, tool_name="WebFetch", store=store, settings=settings)
        assert result.ref is not None

        assert store.get(result.ref).text == _TEXT
    assert result.kind == "prose"
    assert "words left out by LLMLingua-2" in result.text
    shown = result.text.partition("\n[…")[0].split()
    assert 0 < len(shown) < len(_TEXT.split())


def _tiny_model(folder: Path) -> str:
    """Make a token classifier of the right shape with random weights in `folder`; returns its path."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForTokenClassification

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        _TEXT.split("\n"), trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>")
    )
    ends = [(word, tokenizer.token_to_id(word)) for word in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = XLMRobertaConfig(
        vocab_size=400,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=514,
        num_labels=2,
    )
    XLMRobertaForTokenClassification(config).save_pretrained(folder)
    return str(folder)

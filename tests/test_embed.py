from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel

from index.embed import MAX_CHARS, SentenceTransformerEmbedder, open_embedder
from index.errors import ModelError
from index.model import find_weights, model_folder
from index.weights import Blocks, Weights, parse
from settings import load_settings

SENTENCES = (
    "缙云新居有920套人才公寓，2023年10月交付。",
    "园区食堂每天供应三餐，周末照常营业。",
    "该公司主要生产汽车传感器。",
    "项目总投资106亿元，占地约300亩。",
    "园区与西南大学共建创新中心。",
    "轨道交通6号线支线已经通车。",
    "企业入驻可以享受租金减免和装修补贴。",
    "污水处理厂日处理能力为两万吨。",
    "幼儿园和小学今年秋季开学。",
    "园区规划面积四十平方公里。",
    "招商部门的联系电话在门户网站公布。",
    "生活服务馆有超市、理发店和药房。",
    "二期厂房建设周期为十八个月。",
    "年产值预计达到五十亿元。",
    "科技成果转化平台吸引了三十二个团队。",
    "公交专线每十五分钟一班。",
    "新材料、生物医药和智能制造是重点产业。",
    "供电线路采用双回路。",
    "董事长在签约仪式上致辞。",
    "明年将建成人才广场。",
)
Vectors = NDArray[np.float32]


def _bert(weights: Weights, words: list[int]) -> BertModel:
    """The same weights in another's implementation, in f32; of the word table, only the rows `words`."""
    table = weights.matrices["emb.word"]
    blocks = dict(weights.matrices) | {"emb.word": Blocks(table.scales[words], table.values[words])}
    shape, floats = weights.shape, dict(weights.vectors) | {name: some.dense() for name, some in blocks.items()}
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        layer_norm_eps=shape.eps,
    )
    names = {"emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight"}
    names |= {"emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias"}
    parts = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    parts |= {"ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense"}
    parts |= {"fo": "output.dense", "oln": "output.LayerNorm"}
    state = {f"embeddings.{theirs}": floats[ours] for ours, theirs in names.items()}
    for layer in range(shape.layers):
        for ours, theirs in parts.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{theirs}.{long}"] = floats[f"l{layer}.{ours}.{short}"]
    bert = BertModel(config, add_pooling_layer=False).eval()
    bert.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return bert


def _unquantised(texts: list[str], home: Path) -> Vectors:
    """Vectors of the unquantised encoder: mean of the last layer, length one."""
    tokenizer = Tokenizer.from_file(str(model_folder(home) / "tokenizer.json"))
    encoded = [tokenizer.encode(text).ids for text in texts]
    words = sorted({token for tokens in encoded for token in tokens})
    bert = _bert(parse(find_weights().read_bytes()), words)
    torch.set_num_threads(1)  # on a busy machine torch's threads wait for each other for seconds
    with torch.inference_mode():
        outputs = [bert(torch.tensor([[words.index(token) for token in tokens]])) for tokens in encoded]
    means = np.array([output.last_hidden_state[0].mean(dim=0).numpy() for output in outputs])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def _other_model(folder: Path, prompts: dict[str, str] | None = None, seed: int = 0) -> Path:
    """A sentence-transformers folder that is not ours: random static vectors of a few characters."""
    words = {word: index for index, word in enumerate(["[UNK]", "园", "区", "食", "堂"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    table = np.random.default_rng(seed).normal(size=(len(words), 16)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=table)], prompts=prompts).save(
        str(folder), create_model_card=False
    )
    return folder


def _open(model: Path, home: Path, **settings: str) -> SentenceTransformerEmbedder:
    return open_embedder(load_settings(home=home, embedding_model=str(model), **settings))


def test_vectors_agree_with_the_unquantised_encoder(embedder: SentenceTransformerEmbedder, model_home: Path) -> None:
    question = "人才公寓有多少套？"
    expected = _unquantised([*("passage: " + text for text in SENTENCES), "query: " + question], model_home)
    cosines = (np.vstack([embedder.passages(SENTENCES), embedder.query(question)]) * expected).sum(axis=1)
    assert cosines.min() > 0.995
    assert np.median(cosines) > 0.998


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("人才公寓有多少套？", 0),
        ("吃饭怎么解决", 1),
        ("地铁通了吗", 5),
        ("厂房多久能建好？", 12),
        ("有哪些优惠政策", 6),
        ("Which university cooperates with the park?", 4),
    ],
)
def test_a_question_is_nearest_to_its_answer(embedder: SentenceTransformerEmbedder, question: str, answer: int) -> None:
    assert (embedder.passages(SENTENCES) @ embedder.query(question)).argmax() == answer


def test_rows_are_unit_float32_in_the_order_asked(embedder: SentenceTransformerEmbedder) -> None:
    rows = embedder.passages(SENTENCES)
    assert rows.dtype == np.float32
    assert rows.shape == (len(SENTENCES), embedder.dimensions) == (20, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(embedder.passages(SENTENCES[::-1])[::-1], rows)


def test_a_text_has_the_same_vector_in_any_company(embedder: SentenceTransformerEmbedder) -> None:
    together = embedder.passages([*SENTENCES, "长" * 600, ""])
    alone = embedder.passages([SENTENCES[3]])
    np.testing.assert_array_equal(together[3], alone[0])


def test_no_texts_give_no_rows(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.passages([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []


HOSTILE = {
    "empty": "",
    "spaces": " \n\t\u3000" * 500,
    "NUL": "园区\0食堂",
    "lone surrogate": "园区\ud800食堂\udc00",
    "ligatures": "\ufdfa" * 2000,
    "a megabyte": "园" * 1_000_000,
    "one long word": "a" * 100_000,
    "special tokens": "<s></s><pad><unk><mask>" * 50,
    "last code point": "\U0010ffff\ufffe\uffff",
    "combining": "e" + "\u0301" * 3000,
    "private": "\ue05e～~",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_string_has_a_vector(embedder: SentenceTransformerEmbedder, text: str) -> None:
    vectors = np.vstack([embedder.query(text), embedder.passages([text, "园区"])])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_text_after_a_nul_counts(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.query("园区\0食堂几点开门") @ embedder.query("园区 食堂几点开门") > 0.99
    assert embedder.query("园区\0食堂几点开门") @ embedder.query("园区") < 0.98


def test_only_the_beginning_of_a_long_text_is_read(embedder: SentenceTransformerEmbedder) -> None:
    long = "园区" * MAX_CHARS
    np.testing.assert_array_equal(embedder.query(long), embedder.query(long + "食堂"))


def test_threads_get_the_vectors_one_thread_gets(embedder: SentenceTransformerEmbedder) -> None:
    expected = [embedder.query(text) for text in SENTENCES]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            np.testing.assert_array_equal(list(pool.map(embedder.query, SENTENCES)), expected)


def test_questions_and_passages_carry_the_models_prompts(model_home: Path) -> None:
    path = str(model_folder(model_home))
    model = SentenceTransformer(path, trust_remote_code=True, local_files_only=True, device="cpu")
    embedder = SentenceTransformerEmbedder(model, "made")
    text = SENTENCES[0]
    np.testing.assert_allclose(embedder.query(text), model.encode("query: " + text), atol=1e-6)
    np.testing.assert_allclose(embedder.passages([text])[0], model.encode("passage: " + text), atol=1e-6)


def test_langchain_gets_the_same_numbers_as_lists(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed_query("园区") == embedder.query("园区").tolist()
    assert embedder.embed_documents(["园区", "食堂"]) == embedder.passages(["园区", "食堂"]).tolist()


def test_the_model_made_here_can_be_saved_elsewhere_and_opened(
    tmp_path: Path, model_home: Path, embedder: SentenceTransformerEmbedder
) -> None:
    options: dict[str, Any] = {"trust_remote_code": True, "local_files_only": True, "device": "cpu"}
    SentenceTransformer(str(model_folder(model_home)), **options).save(str(tmp_path), create_model_card=False)
    again = SentenceTransformer(str(tmp_path), **options)
    np.testing.assert_allclose(again.encode_query("园区"), embedder.query("园区"), atol=1e-6)


@pytest.mark.usefixtures("socket_disabled")
def test_another_model_is_used_with_its_own_prompts(tmp_path: Path) -> None:
    folder = _other_model(tmp_path / "other", {"query": "食", "passage": "堂"})
    embedder, plain = _open(folder, tmp_path), SentenceTransformer(str(folder), device="cpu")
    assert embedder.dimensions == 16
    np.testing.assert_allclose(np.linalg.norm(embedder.query("园")), 1, atol=1e-5)
    expected = plain.encode(["食园", "堂园"], normalize_embeddings=True)
    np.testing.assert_allclose([embedder.query("园"), embedder.passages(["园"])[0]], expected, atol=1e-6)


def test_settings_replace_a_models_prompts_also_by_nothing(tmp_path: Path) -> None:
    folder = _other_model(tmp_path / "other", {"query": "食", "passage": "堂"})
    embedder = _open(folder, tmp_path, embedding_query_prompt="", embedding_passage_prompt="区")
    plain = SentenceTransformer(str(folder), device="cpu").encode(["园", "区园"], normalize_embeddings=True)
    np.testing.assert_allclose([embedder.query("园"), embedder.passages(["园"])[0]], plain, atol=1e-6)


def test_a_fingerprint_tells_weights_and_prompts_but_not_places(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for folder, seed in ((one, 0), (same, 0), (other, 1)):
        _other_model(folder, seed=seed)
    prints = [_open(folder, tmp_path).fingerprint for folder in (one, same, other)]
    assert prints[0] == prints[1] != prints[2]
    assert _open(one, tmp_path, embedding_query_prompt="问：").fingerprint not in prints


@pytest.mark.usefixtures("socket_disabled")
def test_opening_again_gives_the_same_without_any_network(
    model_home: Path, embedder: SentenceTransformerEmbedder
) -> None:
    again = open_embedder(load_settings(home=model_home, embedding_model=""), threads=2)
    assert again.fingerprint == embedder.fingerprint
    np.testing.assert_array_equal(again.query("园区"), embedder.query("园区"))


def test_a_model_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        _open(tmp_path / "nothing", tmp_path)
    with pytest.raises(ModelError, match="cannot be opened"):
        _open(tmp_path, tmp_path)


def test_a_folder_that_names_foreign_code_is_not_run(tmp_path: Path) -> None:
    folder = _other_model(tmp_path / "other")
    modules = folder / "modules.json"
    kind = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
    modules.write_text(modules.read_text().replace(kind, "evil.Module").replace("sentence_transformers.", "evil."))
    with pytest.raises(ModelError, match="trust_remote_code"):
        _open(folder, tmp_path)


def test_vectors_without_a_direction_are_an_error(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    zeros = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=np.zeros((1, 8), np.float32))])
    with pytest.raises(ModelError, match="without a direction"):
        SentenceTransformerEmbedder(zeros, "zeros").query("园")


def test_a_model_of_unknown_length_is_an_error() -> None:
    pooled = SentenceTransformer(modules=[Pooling(8)])
    pooled.get_embedding_dimension = lambda: None  # type: ignore[method-assign]
    with pytest.raises(ModelError, match="how long"):
        SentenceTransformerEmbedder(pooled, "unknown")

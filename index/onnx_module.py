"""A sentence-transformers module that runs an ONNX encoder with ONNX Runtime instead of torch.

A model folder names this class in its `modules.json`; sentence-transformers imports it when opened with
`trust_remote_code=True` and this package on the path. Knows nothing of which model it runs.
"""

import functools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from sentence_transformers.base.modules.input_module import InputModule
from tokenizers import Tokenizer

GRAPH = "model.onnx"
TABLES = "model.onnx.data"
TOKENIZER = "tokenizer.json"


class OnnxTransformer(InputModule):
    """Tokenises and runs the graph, one text at a time.

    Dynamic quantisation scales a whole batch at once, so a text's vector would depend on its neighbours; alone,
    equal texts have equal vectors, and on a CPU a padded batch is no faster. Safe to call from several threads.
    """

    config_file_name = "onnx_config.json"
    config_keys = ["hidden_size", "max_seq_length", "pad_token_id"]  # noqa: RUF012 - as the base class declares it
    thread_safe = True

    def __init__(self, folder: str, hidden_size: int, max_seq_length: int, pad_token_id: int, threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.hidden_size, self.max_seq_length, self.pad_token_id = hidden_size, max_seq_length, pad_token_id
        self.tokenizer = open_tokenizer(Path(folder))
        self.tokenizer.enable_truncation(max_seq_length)
        self._folder = folder
        self._session = open_session(Path(folder, GRAPH), threads)

    @classmethod
    def load(  # type: ignore[override]
        cls, model_name_or_path: str, subfolder: str = "", model_kwargs: dict[str, Any] | None = None, **_: object
    ) -> "OnnxTransformer":
        """Open the module in a local model folder. `model_kwargs["threads"]`: threads a run may use (default 1)."""
        config = cls.load_config(model_name_or_path, subfolder, local_files_only=True)
        return cls(str(Path(model_name_or_path, subfolder)), **config, **(model_kwargs or {}))

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: object) -> dict[str, torch.Tensor]:
        """Return `input_ids` and `attention_mask` of texts, shape (texts, longest), padded at the end."""
        encoded = [self.tokenizer.encode((prompt or "") + text).ids for text in inputs]
        longest = max(map(len, encoded), default=0)
        ids = torch.full((len(encoded), longest), self.pad_token_id, dtype=torch.int64)
        mask = torch.zeros((len(encoded), longest), dtype=torch.int64)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, torch.Tensor], **_: object) -> dict[str, torch.Tensor]:
        """Add `token_embeddings`, shape (texts, longest, hidden); padding holds zeros."""
        ids, mask = features["input_ids"].numpy(), features["attention_mask"].numpy()
        output = np.zeros((*ids.shape, self.hidden_size), np.float32)
        for row, length in enumerate(mask.sum(axis=1)):
            one = {"input_ids": ids[row : row + 1, :length], "attention_mask": mask[row : row + 1, :length]}
            output[row, :length] = self._session.run(["token_embeddings"], one)[0][0]
        features["token_embeddings"] = torch.from_numpy(output)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a token's vector."""
        return self.hidden_size

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Write the module's files to another folder."""
        self.save_config(output_path)
        for name in (GRAPH, TABLES, TOKENIZER):
            shutil.copyfile(Path(self._folder, name), Path(output_path, name))


def open_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a model folder, the same one to all who open it: its vocabulary takes 100 MB."""
    path = folder / TOKENIZER
    about = path.stat()
    return _tokenizer_as_of(str(path), about.st_mtime_ns, about.st_size)


@functools.lru_cache(maxsize=2)
def _tokenizer_as_of(path: str, _changed: int, _size: int) -> Tokenizer:
    return Tokenizer.from_file(path)


def open_session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    """Open a graph on the CPU, to run with so many threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # idle workers would burn the core that the web server needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])

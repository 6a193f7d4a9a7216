"""NetEase's big attachments on the server that is every provider: a shelf of files by key, and mails that name them."""

from dataclasses import dataclass, field

from ingest.config import Rehearsal
from ingest.demo.cloud import netease_block
from ingest.demo.netdisk import key_of

BASE = "https://mail.163.com/filehub/bg"


@dataclass
class Shelf:
    """Files by key; `gone`: key to the JSON that says why there is none. Nothing else of the server's is touched."""

    server: object
    clouds: object
    files: dict = field(default_factory=dict)
    gone: dict = field(default_factory=dict)

    def __post_init__(self):
        self.server.route(f"{BASE}/link/info/get", self._info)
        self.server.route(f"{BASE}/dl/prepare", self._prepare)

    @property
    def rehearsal(self):
        """What leads a run here, in code."""
        return Rehearsal(server=f"127.0.0.1:{self.server.port}", ca=self.server.authority.ca)

    @property
    def table(self):
        """What leads a run here, in a config; the environment must name the server too."""
        return f'[cloud.rehearsal]\nserver = "{self.rehearsal.server}"\nca = "{self.rehearsal.ca}"'

    def put(self, name, content, **habits):
        """A file under its name; returns it. content: as the server's `File` takes it."""
        file = self.clouds.File(content, **habits)
        key = key_of(name, file.size)
        self.files[key] = (name, file)
        return self.server.route(f"https://nos-{key[:8]}.126.net/{key}", file)

    def lose(self, name, size, **said):
        """A file that is not there any more: what the service says instead."""
        self.gone[key_of(name, size)] = said or {"code": 404, "desc": "NOT_EXIST"}

    def block(self, name, size, sent_at, *, kept_days=30):
        """What stands in a mail for a file."""
        return netease_block(name=name, size_bytes=size, subject="报送", sent_at=sent_at, kept_days=kept_days)

    def asked(self, what=""):
        """The requests so far whose path holds this."""
        return [path for path in self.server.paths() if what in path]

    def _info(self, asked):
        name, file = self.files.get(asked.query.get("key"), ("", None))
        if file is None:
            return self.clouds.said({"code": 404})
        data = {"linkInfo": {"fileInfo": {"filename": name, "fileSize": file.size}}}
        return self.clouds.said({"code": 200, "data": data})

    def _prepare(self, asked):
        key = asked.json.get("linkKey")
        if key not in self.files:
            return self.clouds.said(self.gone.get(key, {"code": 400, "desc": "PARAM_ILLEGAL"}))
        return self.clouds.said({"code": 200, "data": {"downloadUrl": f"https://nos-{key[:8]}.126.net/{key}"}})

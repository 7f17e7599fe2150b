"""Makes OCI images in a layout folder, without a container engine. Layers are shared, and the same input makes the
same bytes.

  oci.py image LAYOUT NAME BASE.tar CONFIG.json [SOURCE=DESTINATION ...]   writes LAYOUT/images/NAME
  oci.py export LAYOUT NAME...                                             an OCI archive of these on stdout
  oci.py digests LAYOUT NAME...                                            a line `NAME DIGEST` for each
  oci.py prune LAYOUT NAME...                                              removes what these do not need
"""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from pathlib import Path
from urllib.parse import quote

OCI = "application/vnd.oci.image."


def blob_path(layout: Path, digest: str) -> Path:
    return layout / "blobs" / "sha256" / digest.removeprefix("sha256:")


def put(layout: Path, kind: str, data: bytes) -> dict:
    """Stores a blob and returns its descriptor."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    path = blob_path(layout, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(data)
        partial.rename(path)
    return {"mediaType": OCI + kind, "digest": digest, "size": len(data)}


def layer(layout: Path, tar: bytes) -> tuple[dict, str]:
    """Stores a layer, quickly rather than well compressed; the second value is the hash of what it holds."""
    compressed = gzip.compress(tar, compresslevel=1, mtime=0)
    return put(layout, "layer.v1.tar+gzip", compressed), "sha256:" + hashlib.sha256(tar).hexdigest()


def base_layer(layout: Path, tar: Path) -> tuple[dict, str]:
    """The same for all images, so it is compressed once."""
    known = Path(str(tar) + ".layer.json")
    if known.exists():
        descriptor, diff_id = json.loads(known.read_text())
        if blob_path(layout, descriptor["digest"]).exists():
            return descriptor, diff_id
    made = layer(layout, tar.read_bytes())
    known.write_text(json.dumps(made))
    return made


def files_layer(sources: list[str]) -> bytes:
    """A tar of SOURCE=DESTINATION pairs; a SOURCE of `dir:UID:GID` makes an empty folder of that owner."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for pair in sorted(sources, key=lambda p: p.partition("=")[2]):
            source, _, destination = pair.partition("=")
            info = tarfile.TarInfo(destination.lstrip("/"))
            info.mode = 0o755
            if source.startswith("dir:"):
                info.type = tarfile.DIRTYPE
                info.uid, info.gid = (int(n) for n in source.split(":")[1:])
                tar.addfile(info)
            else:
                with open(source, "rb") as file:
                    info.size = os.fstat(file.fileno()).st_size
                    tar.addfile(info, file)
    return out.getvalue()


def image(layout: Path, name: str, base: str, config: str, *files: str) -> None:
    layers = [base_layer(layout, Path(base))]
    if files:
        layers.append(layer(layout, files_layer(list(files))))
    descriptor = put(layout, "config.v1+json", json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "config": json.loads(config),
        "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
        "history": [{"created_by": "testbed/images/build"} for _ in layers],
    }).encode())
    manifest = put(layout, "manifest.v1+json", json.dumps({
        "schemaVersion": 2,
        "mediaType": OCI + "manifest.v1+json",
        "config": descriptor,
        "layers": [descriptor for descriptor, _ in layers],
    }).encode())
    manifest["annotations"] = {
        "io.containerd.image.name": name,
        "org.opencontainers.image.ref.name": name.rpartition(":")[2],
    }
    path = image_path(layout, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(manifest))


def image_path(layout: Path, name: str) -> Path:
    return layout / "images" / quote(name, safe="")


def needed(layout: Path, names: tuple[str, ...]) -> tuple[list[dict], list[str]]:
    manifests = [json.loads(image_path(layout, name).read_text()) for name in names]
    blobs = {}
    for descriptor in manifests:
        manifest = json.loads(blob_path(layout, descriptor["digest"]).read_text())
        for d in (descriptor, manifest["config"], *manifest["layers"]):
            blobs[d["digest"]] = True
    return manifests, list(blobs)


def export(layout: Path, *names: str) -> None:
    manifests, blobs = needed(layout, names)
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for name, content in (
            ("oci-layout", {"imageLayoutVersion": "1.0.0"}),
            ("index.json", {"schemaVersion": 2, "manifests": manifests}),
        ):
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for digest in blobs:
            path = blob_path(layout, digest)
            tar.add(path, arcname=str(path.relative_to(layout)))


def digests(layout: Path, *names: str) -> None:
    for name in names:
        print(name, json.loads(image_path(layout, name).read_text())["digest"])


def prune(layout: Path, *names: str) -> None:
    _, blobs = needed(layout, names)
    keep = {blob_path(layout, d) for d in blobs} | {image_path(layout, n) for n in names}
    for path in (*layout.glob("blobs/sha256/*"), *layout.glob("images/*")):
        if path not in keep:
            path.unlink()


if __name__ == "__main__":
    command, folder, *arguments = sys.argv[1:]
    {"image": image, "export": export, "digests": digests, "prune": prune}[command](Path(folder), *arguments)

#!/usr/bin/env bash
# Build infra/Dockerfile by buildah, without a registry: its base is Debian's own packages (debootstrap), its libraries are PyPI's.
#   build_image.sh STORE [SOURCES]     the image ml-deepdive-serving in STORE, of the files in SOURCES (exercises)
# An image BASE of STORE, or of a registry, takes the place of debootstrap's. Where PIP_FIND_LINKS is a folder, torch is taken there.
set -euo pipefail
cd "$(dirname "$0")/.."
store=$(realpath -m "$1") sources=${2:-exercises}
mkdir -p "$store"
store() { buildah --root "$store/images" --runroot "$store/run" --storage-driver vfs "$@"; }  # apart from the machine's own
seconds() { printf '%s: %d s\n' "$1" $((SECONDS - begun)); begun=$SECONDS; }
begun=$SECONDS

base=${BASE:-localhost/bookworm-python}
if [ -z "${BASE:-}" ] && ! store inspect --type image "$base" >/dev/null 2>&1; then
  rm -rf "$store/base"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$store/base" http://deb.debian.org/debian >"$store/debootstrap.log" ||
    { tail -3 "$store/debootstrap.log" >&2; exit 1; }
  rm -rf "$store"/base/var/cache/apt/* "$store"/base/var/lib/apt/lists/* "$store"/base/usr/share/{doc,man,locale}/*
  made=$(store from scratch)
  store add --quiet "$made" "$store/base" / >/dev/null
  store config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$made"
  store commit --quiet --rm "$made" "$base" >/dev/null
  rm -rf "$store/base"
  seconds "base by debootstrap"
fi

# What the image is made of: the files that would be the learner's, at their places.
rm -rf "$store/context"
mkdir -p "$store/context/exercises/p3_systems"
cp constraints.txt "$store/context"
cp -r "$sources/p3_systems/serving" "$store/context/exercises/p3_systems"

options=(--volume /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro)  # whom this machine trusts, while it builds
if [ -d "${PIP_FIND_LINKS:-}" ]; then options+=(--volume "$PIP_FIND_LINKS:/wheels:ro" --build-arg TORCH=/wheels); fi
store build --isolation chroot --format docker --build-arg BASE="$base" "${options[@]}" --quiet \
  --ignorefile infra/Dockerfile.dockerignore --file infra/Dockerfile --tag ml-deepdive-serving "$store/context" >"$store/build.log" 2>&1 ||
  { tail -20 "$store/build.log" >&2; exit 1; }
seconds "image by buildah"

#!/bin/sh
# Writes Sources/HoldfastProto/Generated/holdfast.pb.swift anew from holdfast.proto.
#
# Needs protoc on the PATH (Debian: apt install protobuf-compiler; 3.21 or later) and the Swift
# toolchain; builds protoc-gen-swift from the swift-protobuf version this package resolves, so that
# generated code and library fit. The output is committed: building Holdfast needs none of this.
#
# --check writes nothing and fails when the committed file is not what would be generated.
set -eu
cd "$(dirname "$0")/.."

command -v protoc >/dev/null || {
    echo "generate-proto.sh: protoc is not on the PATH (Debian: apt install protobuf-compiler)" >&2
    exit 1
}
swift build --disable-default-traits --product protoc-gen-swift
plugin="$(swift build --disable-default-traits --show-bin-path)/protoc-gen-swift"

committed=Sources/HoldfastProto/Generated
output="$committed"
if [ "${1:-}" = "--check" ]; then
    output="$(mktemp -d)"
    trap 'rm -rf "$output"' EXIT
fi
mkdir -p "$output"
protoc \
    --plugin=protoc-gen-swift="$plugin" \
    --proto_path=Sources/HoldfastProto \
    --swift_opt=Visibility=Package \
    --swift_opt=UseAccessLevelOnImports=true \
    --swift_out="$output" \
    holdfast.proto

# The generator does not mark its one unsafe expression, the shared empty storage of a large message,
# which is copied before it is ever written. With the mark the module keeps strict memory safety.
sed -i.orig 's/= _StorageClass\.defaultInstance$/= unsafe _StorageClass.defaultInstance/' \
    "$output/holdfast.pb.swift"
rm "$output/holdfast.pb.swift.orig"

if [ "${1:-}" = "--check" ]; then
    diff -u "$committed/holdfast.pb.swift" "$output/holdfast.pb.swift"
fi

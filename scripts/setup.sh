#!/usr/bin/env bash
# Installs the Debian packages that `make run` (argument: run) or the tests (argument: test) need, and
# for the tests the packages of the second client, in .build/python.
# Does nothing, and says nothing, when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

# Name and reason. The -dev package of the "bad" plug-ins is left out on purpose: it draws 861 MB.
packages_of() {
    case $1 in
    run)
        cat <<'END'
libgstreamer1.0-dev             builds the media engine
libgstreamer-plugins-base1.0-dev    builds the media engine (session descriptions)
gstreamer1.0-plugins-base       Opus, audio conversion
gstreamer1.0-plugins-good       RTP, VP8, sound devices, cameras
gstreamer1.0-plugins-bad        WebRTC, DTLS, SRTP
gstreamer1.0-nice               ICE
libsqlite3-dev                  the server's log of every call
pkg-config                      finds the libraries above
END
        ;;
    test)
        cat <<'END'
coturn                          a TURN server, for calls that are relayed
tcpdump                         counts RTP packets without any code of ours
iproute2                        takes a network away and gives it back
openssl                         makes a certificate for wss
pulseaudio                      a sound server of the tests' own, with a microphone
protobuf-compiler               reads holdfast.proto for the second client
python3-venv                    runs the second client
xvfb                            a screen of the tests' own to share
END
        ;;
    *) refuse "usage: scripts/setup.sh run|test" ;;
    esac
}

# The packages of a list on standard input that are not installed, with their reasons.
missing_of() {
    local installed name reason
    installed=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' 2>/dev/null) "
    while read -r name reason; do
        case $installed in
        *" installed=$name "*) ;;
        *) printf '%s %s\n' "$name" "$reason" ;;
        esac
    done
}

# apt's last line, which also says what it waits for.
# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look() { progress=$(tail -n 1 "$1" | tr -d '\r'); }

# apt waits for dpkg's lock by itself, but not for the lock of its own package lists.
# shellcheck disable=SC2317  # called by with_progress
update_lists() {
    local output
    for _ in {1..24}; do
        output=$("${as_root[@]}" apt-get -q update 2>&1) && return 0
        printf '%s\n' "$output"
        case $output in
        *"Could not get lock"*) echo "Waiting for another package manager to finish" ;;
        *) return 1 ;;
        esac
        sleep 5
    done
    return 1
}

# The second client's Python, with what Tests/SecondClient/requirements.txt pins.
install_second_client() {
    local wanted=Tests/SecondClient/requirements.txt folder=.build/python
    if cmp -s "$wanted" "$folder/installed.txt"; then return 0; fi
    # Debian's own Python, for which python3-venv is; elsewhere the first there is.
    local python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    say "Installing the second client's packages from PyPI into $folder"
    rm -rf "$folder"
    mkdir -p .build
    if "$python" -m venv "$folder" >.build/setup.log 2>&1 &&
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >>.build/setup.log 2>&1
    then
        cp "$wanted" "$folder/installed.txt"
    else
        tail -n 20 .build/setup.log >&2
        say "It failed; the tests that need it will say that they were skipped." >&2
    fi
}

# What is left to do when the system's packages are there.
finish() {
    if [ "$1" = test ]; then install_second_client; fi
    exit 0
}

wanted=$(packages_of "${1:-}")
if ! command -v dpkg-query >/dev/null; then
    say "Not Debian: $1 needs these, or what your system calls them:" "$wanted"
    finish "$1"
fi
missing=$(missing_of <<<"$wanted")
[ -n "$missing" ] || finish "$1"

mapfile -t names < <(awk '{ print $1 }' <<<"$missing")
install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "${names[@]}")
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" != 0 ]; then
    # The password is asked for here, for apt runs in the background.
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
        as_root=(sudo "${as_root[@]}")
    else
        refuse "These packages are missing, and installing them needs root:" \
            "  apt-get update && ${install[*]}"
    fi
fi

say "Installing ${#names[@]} packages with apt (and what they need):"
awk '{ name = $1; $1 = ""; printf "  %-34s%s\n", name, $0 }' <<<"$missing"
say "If another package manager is at work, this waits up to 2 minutes for it."
with_progress "Reading package lists" .build/setup.log look update_lists ||
    say "The package lists could not be refreshed; trying with the old ones."
with_progress "Installing" .build/setup.log look "${as_root[@]}" "${install[@]}" || {
    tail -n 20 .build/setup.log >&2
    say "apt failed. Full output: .build/setup.log; the command was:" "  ${install[*]}" >&2
    exit 1
}
say "Installed."
finish "$1"

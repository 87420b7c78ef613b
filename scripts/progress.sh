# shellcheck shell=bash
# Sourced by the other scripts. Runs a long command with its output in a file and shows how far it
# is: one rewritten line on a terminal, a line every 15 seconds elsewhere.

# Says something to the person at the keyboard.
say() { printf '%s\n' "$*"; }

# Says why it is impossible to go on; 2 means that nothing was tried.
refuse() {
    printf '%s\n' "$@" >&2
    exit 2
}

# Prints a number of seconds as 4:05.
elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# Shows what is being done, for how long and how far it is ($progress).
show_progress() {
    local title=$1 seconds=$2
    if [ -t 1 ]; then
        printf '\r\033[K%.*s' $(($(tput cols 2>/dev/null || echo 80) - 1)) \
            "$title $(elapsed "$seconds")  $progress"
    elif ((seconds >= next_line)); then
        say "$title $(elapsed "$seconds")  $progress"
        next_line=$((seconds + 15))
    fi
}

# Clears the rewritten line, so that something else can be said.
clear_progress() { [ ! -t 1 ] || printf '\r\033[K'; }

# Runs a command to its end and returns its exit status. Ctrl-C and SIGTERM end it, too.
# Arguments: what is being done, the log file, a function that reads the log and sets `progress`,
# the command. The command runs in a process group of its own, so that nothing of it stays behind.
with_progress() {
    local title=$1 log=$2 look=$3 progress='' next_line=15 started=$SECONDS status=0 job poll
    shift 3
    mkdir -p "$(dirname "$log")"
    : >"$log"
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    set +m
    trap 'end_job "$job" INT; exit 130' INT
    trap 'end_job "$job" TERM; exit 143' TERM HUP
    for ((poll = 0; ; poll++)); do
        kill -0 "$job" 2>/dev/null || break
        if ((poll % 5 == 0)); then
            "$look" "$log"
            show_progress "$title" $((SECONDS - started))
        fi
        sleep 0.2
    done
    wait "$job" || status=$?
    trap - INT TERM HUP
    clear_progress
    "$look" "$log"
    return "$status"
}

# Ends a command and whatever it started: first politely, after 5 seconds for good.
end_job() {
    local job=$1 signal=$2
    kill "-$signal" -- "-$job" 2>/dev/null
    for _ in {1..50}; do
        kill -0 -- "-$job" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL -- "-$job" 2>/dev/null
}

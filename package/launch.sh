# shellcheck shell=sh
# Sourced by bin/pipit and bin/make-cache, which set $home to the folder that Pipit is installed in.
# Every process that it spares counts at each start on a small board.

fail() {
    printf 'pipit: %s\n' "$1" >&2
    exit 1
}

. "$home/find-jdk.sh"
jdk=$(find_jdk java) || fail "needs Java 25 and found none. On Debian 13 or Raspberry Pi OS: sudo apt install openjdk-25-jre-headless. Elsewhere: install one and set JAVA_HOME to it."

# Java's cache of what it makes of these jars, and what it was made for. It is code: only root may
# write where it lies.
cache=${PIPIT_CACHE:-/var/cache/pipit}/pipit.aot

made_for() {
    printf '%s\n' "$home" "$jdk"
    cat "$home/jars.sha256" "$jdk/release"
}

# Java throws its own archive away where this one doesn't fit, and starts slower than without.
is_cached() {
    [ -r "$cache" ] && [ -r "$cache.for" ] && [ "$(made_for)" = "$(cat "$cache.for")" ]
}

# A C heap for each thread is more than a board has to spare.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
# Without a locale Java takes no file name with an umlaut in it.
case "${LC_ALL:-${LC_CTYPE:-${LANG:-}}}" in
    *[Uu][Tt][Ff]*) ;;
    *) unset LC_ALL && export LC_CTYPE=C.UTF-8 ;;
esac

# The order is part of what the cache is made for.
jars=
while read -r _ jar; do
    jars=$jars${jars:+:}$home/$jar
done <"$home/jars.sha256"

# Takes the place of the script; what is given comes before the main class and behind it.
run_java() {
    # Where there is no such folder the jars bring their libraries along, and unpack them at each start.
    [ ! -d "$home/native" ] ||
        set -- "-Djava.library.path=$home/native" "-Dorg.sqlite.lib.path=$home/native" "$@"
    exec "$jdk/bin/java" "@$home/pipit.options" "-Dpipit.program=$home/bin/pipit" -cp "$jars" "$@"
}

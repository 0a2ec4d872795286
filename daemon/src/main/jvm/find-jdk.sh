# shellcheck shell=sh
# Sourced by ./pipit, benchmarks/run and the installed program: no more processes than it takes.

# Prints the home of a Java that is new enough for Pipit and has this program, `java` or `javac`; fails where there is none.
find_jdk() {
    on_path=$(command -v java || true)
    [ -z "$on_path" ] || on_path=$(readlink -f "$on_path")
    on_path=${on_path%/bin/java}
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java* /opt/jdk* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
        if [ -n "$home" ] && [ -x "$home/bin/$1" ] && [ -r "$home/release" ]; then
            # Every JDK has this file.
            version=
            while IFS='"' read -r key value _; do
                [ "$key" != JAVA_VERSION= ] || version=${value%%[!0-9]*}
            done <"$home/release"
            if [ "${version:-0}" -ge 25 ]; then
                printf '%s\n' "$home"
                return 0
            fi
        fi
    done
    return 1
}

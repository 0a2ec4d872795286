# shellcheck shell=sh
# Sourced by ./pipit and benchmarks/run.

# Prints the home of a Java that is new enough for Pipit and has this program, `java` or `javac`; fails where there is none.
find_jdk() {
    on_path=$(command -v java || true)
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java* /opt/jdk* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
        if [ -n "$home" ] && [ -x "$home/bin/$1" ] && [ -r "$home/release" ]; then
            # Every JDK has this file.
            version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
            if [ -n "$version" ] && [ "$version" -ge 25 ]; then
                printf '%s\n' "$home"
                return 0
            fi
        fi
    done
    return 1
}

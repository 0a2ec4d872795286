#!/bin/bash
# Runs each line of the console as a command and says how it ended, until there are no more.
export JAVA_HOME=/opt/jdk
cd /shared || exit 1
# Else a command would come back as output, and lines would end in CR LF.
stty -echo -opost
# systemd may have left a control sequence on this line.
printf '\nboard-ready\n'
while read -r line && [ "$line" != quit ]; do
    bash -c "$line" </dev/null
    status=$?
    # What was written to /shared is on the host before the answer is.
    sync /shared
    printf '\nboard-exit %d\n' "$status"
done

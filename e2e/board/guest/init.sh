#!/bin/sh
# First process of the guest. The root folder on the host is shared by all guests and stays as it
# was built, so each guest writes to a layer in its own memory, which then becomes systemd's root.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -n -t proc proc /proc
mount -n -t sysfs sysfs /sys
mount -n -t tmpfs -o size=80% layer /mnt
mkdir /mnt/upper /mnt/work /mnt/root
ROOT=/mnt/root
mount -n -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work root $ROOT || exec echo "board: no overlay"
mkdir -p $ROOT/shared $ROOT/opt/jdk $ROOT/opt/pipit

for word in $(cat /proc/cmdline); do
    case $word in
    board.shared=*) mount -n -t hostfs -o "${word#*=}" shared $ROOT/shared ;;
    board.jdk=*) mount -n -t hostfs -o "${word#*=},ro" jdk $ROOT/opt/jdk ;;
    board.pipit=*) mount -n -t hostfs -o "${word#*=},ro" pipit $ROOT/opt/pipit ;;
    esac
done

mount -n -t devtmpfs dev $ROOT/dev
cd $ROOT
mount -n --move /proc proc
mount -n --move /sys sys
# switch_root complains that the old root is no initramfs; it need not be emptied here.
exec switch_root . /lib/systemd/systemd 2>/dev/null

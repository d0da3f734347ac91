#!/bin/sh
# The other end of a leash (see leash.ts). Reads "hold PGID" and "release PGID" lines from a pipe whose
# writing end only the owner has. However the owner ends, the kernel closes that end; then every process
# group still held is killed. A shell and not Node: it costs one megabyte and is there in two milliseconds.
trap '' HUP INT TERM
held=' '
while read -r order group; do
  case $order in
    hold) held="$held$group " ;;
    release)
      case $held in
        *" $group "*) held="${held%% "$group" *} ${held#* "$group" }" ;;
      esac
      ;;
  esac
done
for group in $held; do
  kill -s KILL -- "-$group" 2>/dev/null
done

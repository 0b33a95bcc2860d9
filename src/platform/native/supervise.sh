# What must still happen when the harness is gone: sh alone, because sh is what is left then.
#
#   watch FOLDER            waits until the harness ends (end of input), then does what `end` does
#   launch FOLDER NAME ...  writes down who this process is, then becomes the given program
#   kill FOLDER NAME DATA   kill -9 of one server and its children, at one moment, and its traces in the kernel
#   freeze FOLDER NAME      SIGSTOP to one server and its children; ends once they are stopped
#   thaw FOLDER NAME        SIGCONT to them; ends once none is stopped
#   end FOLDER              ends all programs of the session and removes its folder
#   sweep PARENT            does `end` for every session in PARENT whose harness is dead
#
# A process is named by its number and its time of birth, because numbers are used again.

LC_ALL=C
export LC_ALL

# born PID: when the process began, as one word; fails when there is none, or only a zombie.
born() {
  if [ -r /proc/self/stat ]; then
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${line##*) }
    [ "$1" != Z ] && [ "$1" != X ] || return 1
    echo "${20}"
  else
    set -- $(ps -o state= -o lstart= -p "$1")
    case "$1" in '' | Z*) return 1 ;; esac
    shift
    echo "$*" | tr ' ' _
  fi
}

# lives PID BORN
lives() {
  [ -n "$2" ] && [ "$(born "$1")" = "$2" ]
}

# state PID: one letter, T for a process that is stopped; nothing when there is none.
state() {
  if [ -r /proc/self/stat ]; then
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    set -- ${line##*) }
    echo "$1"
  else
    set -- $(ps -o state= -p "$1")
    echo "${1%"${1#?}"}"
  fi
}

# children PID...: those of any of them. Where the kernel lists them by thread, nobody looks through all processes: that takes 20 ms.
children() {
  parents=" $* "
  if [ -r "/proc/$$/task/$$/children" ]; then
    for parent in "$@"; do
      for list in "/proc/$parent/task/"*/children; do
        # The list ends without a newline, which `read` tells as a failure.
        { read -r offspring_of_one || :; } 2>/dev/null <"$list" && echo "$offspring_of_one"
      done
    done
  elif [ -r /proc/self/stat ]; then
    for stat in /proc/[0-9]*/stat; do
      { read -r line <"$stat"; } 2>/dev/null || continue
      child=${line%% *}
      set -- ${line##*) }
      case "$parents" in *" $2 "*) echo "$child" ;; esac
    done
  else
    ps -A -o pid= -o ppid= | while read -r child owner; do
      case "$parents" in *" $owner "*) echo "$child" ;; esac
    done
  fi
}

# kill_tree PID BORN: the parent is stopped first, so that it makes no child between the look and the blow. Sets offspring.
kill_tree() {
  offspring=
  lives "$1" "$2" || return 0
  kill -STOP "$1" 2>/dev/null
  offspring=$(children "$1")
  kill -KILL $offspring "$1" 2>/dev/null
}

# wait_gone TENTHS RECORD...: true once none of the recorded processes lives.
wait_gone() {
  turns=$(($1 * 5))
  shift
  while [ "$turns" -gt 0 ]; do
    left=
    for record in "$@"; do
      [ -f "$record" ] && read -r pid birth <"$record" && lives "$pid" "$birth" && left=yes
    done
    [ -n "$left" ] || return 0
    turns=$((turns - 1))
    sleep 0.02 2>/dev/null || sleep 1
  done
  return 1
}

# A postmaster that was killed leaves its segment of shared memory; its number stands in the seventh line of its lock file.
forget_shared_memory() {
  lock=$1/postmaster.pid
  [ -f "$lock" ] || return 0
  set -- $(sed -n 7p "$lock")
  [ -z "$2" ] || ipcrm -m "$2" 2>/dev/null
  rm -f "$lock"
}

launch() {
  folder=$1 name=$2
  shift 2
  # The ending renames `running`, so nothing can be launched behind its back: the move fails then.
  echo "$$ $(born $$)" >"$folder/running/.$name" && mv "$folder/running/.$name" "$folder/running/$name" || exit 70
  exec "$@" >"$folder/log/$name" 2>&1 </dev/null
}

kill_one() {
  record=$1/running/$2
  [ -f "$record" ] || return 0
  read -r pid birth <"$record"
  kill_tree "$pid" "$birth"
  wait_gone 50 "$record" || exit 1
  for child in $offspring; do
    turns=0
    while born "$child" >/dev/null && [ "$turns" -lt 250 ]; do
      turns=$((turns + 1))
      sleep 0.01 2>/dev/null || sleep 1
    done
  done
  rm -f "$record"
  forget_shared_memory "$3"
}

# the_server FOLDER NAME: sets pid, or ends with the reason when the server does not run.
the_server() {
  [ -f "$1/running/$2" ] && read -r pid birth <"$1/running/$2" && lives "$pid" "$birth" && return 0
  echo "because it does not run"
  exit 1
}

# wait_stopped yes|no PID...: until all of them that still live are stopped, or none is; the server itself must live.
wait_stopped() {
  wanted=$1
  shift
  for one in "$@"; do
    turns=500
    while :; do
      case "$wanted$(state "$one")" in yesT | yesZ | yesX | yes | no[!T]* | no) break ;; esac
      turns=$((turns - 1))
      [ "$turns" -gt 0 ] || { echo "because process $one did not within 5 s"; exit 1; }
      sleep 0.01 2>/dev/null || sleep 1
    done
  done
  lives "$pid" "$birth" || { echo "because it ended"; exit 1; }
}

# The parent goes first, so that it makes no child between the look and the blow; and last, so that it meets none that stands.
freeze() {
  the_server "$@"
  kill -STOP "$pid" && wait_stopped yes "$pid"
  offspring=$(children "$pid")
  [ -z "$offspring" ] || kill -STOP $offspring 2>/dev/null
  wait_stopped yes $offspring
}

thaw() {
  the_server "$@"
  offspring=$(children "$pid")
  kill -CONT $offspring "$pid" 2>/dev/null
  wait_stopped no $offspring "$pid"
}

end() {
  folder=$1
  [ -d "$folder" ] && [ ! -L "$folder" ] || return 0
  mv "$folder/running" "$folder/ending" 2>/dev/null
  stopped=
  for record in "$folder"/ending/*; do
    [ -f "$record" ] && read -r pid birth <"$record" && lives "$pid" "$birth" || continue
    case "$record" in
      # An immediate shutdown: it ends its own children, and leaves nothing in the kernel. They may be frozen too.
      */postgres-*) kill -QUIT "$pid" && [ "$(state "$pid")" != T ] || kill -CONT $(children "$pid") ;;
      # It has nothing to tidy up, and one that is loading hears no other signal. Looking for children costs, so once for all.
      */redis-*) kill -STOP "$pid" && stopped="$stopped $pid" && continue ;;
      */toxiproxy) kill -KILL "$pid" ;;    # it has nothing to tidy up, and asked to end it may wait seconds for an idle connection
      *) kill -TERM "$pid" ;;
    esac
    kill -CONT "$pid"
  done 2>/dev/null
  [ -z "$stopped" ] || kill -KILL $(children $stopped) $stopped 2>/dev/null
  if ! wait_gone 20 "$folder"/ending/*; then
    for record in "$folder"/ending/*; do
      [ -f "$record" ] && read -r pid birth <"$record" && kill_tree "$pid" "$birth"
    done
    wait_gone 20 "$folder"/ending/*
  fi
  for data in "$folder"/data/*; do
    forget_shared_memory "$data"
  done
  for _ in 1 2 3 4 5; do
    rm -rf "$folder" 2>/dev/null && return 0
    sleep 0.1 2>/dev/null || sleep 1
  done
  return 1
}

watch() {
  trap '' INT TERM HUP
  echo "$PPID $(born "$PPID") $(uname -n) $$ $(born $$)" >"$1/harness"
  echo ready
  exec >/dev/null 2>&1
  while read -r _; do :; done
  end "$1"
}

sweep() {
  for folder in "$1"/nevertwice-session-*; do
    [ -d "$folder" ] && [ ! -L "$folder" ] && [ -O "$folder" ] || continue
    if [ -f "$folder/harness" ]; then
      read -r pid birth machine watcher watcher_birth <"$folder/harness"
      if [ "$machine" = "$(uname -n)" ]; then
        # A supervisor that still lives is just ending the session by itself.
        lives "$pid" "$birth" || lives "$watcher" "$watcher_birth" && continue
      else
        # Another machine or container shares this folder with us, and its processes cannot be seen from here.
        [ -n "$(find "$folder" -maxdepth 0 -mmin +1440)" ] || continue
      fi
    else
      # A session that is just being made has not written it yet.
      [ -n "$(find "$folder" -maxdepth 0 -mmin +1)" ] || continue
    fi
    end "$folder" && echo "$folder"
  done
}

verb=$1
shift
case "$verb" in
  watch | launch | freeze | thaw | end | sweep) "$verb" "$@" ;;
  kill) kill_one "$@" ;;
  *) exit 64 ;;
esac

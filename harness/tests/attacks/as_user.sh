# as_user.sh USER WORKSPACE TEMPORARY COMMAND…: runs COMMAND as USER where everybody can reach the compiler, as on a machine on which it is
# installed for all. Only here: in a mount namespace of its own, made by `unshare --mount`.
set -e
user=$1 workspace=$2 temporary=$3
shift 3
mkdir "$temporary/home" "$temporary/upper" "$temporary/work"
mount --bind "$HOME" "$temporary/home"
mount -t tmpfs -o mode=755 none "$HOME"
for folder in .rustup .cargo; do
    mkdir "$HOME/$folder"
    mount --bind "$temporary/home/$folder" "$HOME/$folder"
done
case $workspace in
"$HOME"/*)
    mkdir -p "$workspace"
    mount --bind "$temporary/home/${workspace#"$HOME"/}" "$workspace"
    ;;
esac
# Cargo locks what it has built and writes some of it again, though there is nothing to build.
mount -t overlay -o "lowerdir=$workspace/target,upperdir=$temporary/upper,workdir=$temporary/work" none "$workspace/target"
find "$workspace/target/release" -maxdepth 1 '(' -name .cargo-lock -o -name '*.d' ')' -exec chown "$user" {} +
chown "$user" "$workspace/target" "$workspace/target/release" "$workspace/target/explore" "$workspace/target/explore/kits"
exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"

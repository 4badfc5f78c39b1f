"""What a tool's name and a command's words say about an output: its kind, and what a program does.

Plain tables, read by the router. A kind that does not exist is not a hint. A *soft* hint is weighed against the text; any
other decides unless the text clearly is something else (a `cat app.log` that is JSON, a `grep` that printed an error).
"""

from __future__ import annotations

# They print hits; what they read where they search one file or a pipe.
SEARCHERS = frozenset("grep egrep fgrep zgrep rg ag ack ugrep".split())


def _inverted(table: dict[str, str]) -> dict[str, str]:
    return {word.strip(): kind for kind, words in table.items() for word in words.split(",")}


# program, or program and its first argument; the longer one wins
COMMANDS = _inverted(
    {
        "search": ", ".join([*sorted(SEARCHERS), "git grep"]),
        "listing": "ls, ll, find, fd, fdfind, tree, du, wc, eza, exa, lsd, locate, git ls-files, git ls-tree, npm ls, npm list,"
        " pnpm ls, pnpm list, yarn list, cargo tree, go list, unzip, zipinfo, pipdeptree, uv tree, hg files, svn ls",
        "diff": "diff, colordiff, git diff, git show, git format-patch, gh pr diff, hg diff, svn diff, git stash show",
        "git": "git log, git status, git blame, git shortlog, git reflog, git branch, git annotate, git whatchanged,"
        " git rev-list, git tag, git stash, git remote, hg log, svn log",
        "test_output": "pytest, py.test, unittest, nose2, nosetests, tox, nox, jest, vitest, mocha, ava, tap, karma,"
        " playwright, cypress, go test, gotestsum, cargo test, cargo nextest, ctest, rspec, minitest, phpunit, pest,"
        " paratest, npm test, npm t, yarn test, pnpm test, bun test, deno test, node --test, rails test, rake test,"
        " rake spec, dotnet test, mix test, swift test, flutter test, dart test, sbt test, mvn test, mvn verify, mvnw test,"
        " gradle test, gradlew test, make test, make check, bazel test, prove, bats, stack test, cabal test, zig test,"
        " trial, stestr, behave, cucumber, busted, manage.py test, runtests.py, composer test, just test, task test",
        "build": "make, gmake, cmake, ninja, meson, gcc, g++, cc, c++, clang, clang++, javac, kotlinc, scalac, rustc,"
        " swiftc, ghc, nvcc, cargo build, cargo check, cargo run, go build, go install, mvn,"
        " mvnw, gradle, gradlew, ant, sbt, bazel, buck, pants, xcodebuild, msbuild, dotnet build, dotnet publish, webpack,"
        " vite, rollup, esbuild, turbo, nx, lerna, next, npm run, yarn run, yarn build, pnpm run, pnpm build, bun run,"
        " docker build, docker buildx, docker-compose build, podman build, buildah, act, gh run, glab ci, travis,"
        " scons, waf, autoreconf, configure, rebar3, mix compile, swift build, flutter build, zig build, stack build,"
        " cabal build, nix build, nix-build, earthly, dagger",
        "lint": "ruff, flake8, pylint, mypy, pyright, basedpyright, pyflakes, pycodestyle, pydocstyle, bandit, vulture,"
        " tsc, vue-tsc, go vet, cargo clippy,"
        " black, isort, eslint, tslint, biome, oxlint, stylelint, prettier, standard, jshint, golangci-lint, golint,"
        " staticcheck, revive, shellcheck, hadolint, yamllint, markdownlint, markdownlint-cli2, rubocop, standardrb, phpcs,"
        " phpstan, psalm, checkstyle, ktlint, detekt, swiftlint, clang-tidy, cppcheck, cpplint, sqlfluff, tflint,"
        " ansible-lint, actionlint, codespell, ty, pytype, pyre, semgrep, npm run lint, yarn lint, pnpm lint, cargo fmt,"
        " dprint, pre-commit",
        "log": "journalctl, dmesg, docker logs, docker-compose logs, podman logs, kubectl logs, stern, heroku logs,"
        " pm2 logs, fly logs, vercel logs, gcloud logging, logcat, adb logcat",
        "json": "jq, gojq, jaq, aws, az, npm view, npm info, gh api, terraform show, trivy, lighthouse, json.tool, ffprobe",
        "table": "ps, top, df, free, lsof, netstat, ss, last, lastb, w, who, mount, lsblk, lsmod, lspci, lsusb, dpkg,"
        " dpkg-query, rpm, sysctl, systemctl, docker ps, docker images, docker stats, docker container, docker image,"
        " docker volume, docker network, podman ps, podman images, crictl, kubectl get, kubectl top, oc get, helm list,"
        " helm search, psql, mysql, sqlite3, duckdb, bq, clickhouse-client, gh pr, gh issue, gh workflow, gh repo, pip list,"
        " pip freeze, pip show, npm outdated, pnpm outdated, env, printenv, vmstat, iostat, mpstat, sar, arp, route, ip,"
        " ifconfig, iptables, getent, conda list, brew list, brew info, gem list, csvlook, csvcut, column, apt list,"
        " snap list, nmcli, cloc, tokei, scc, blkid, fdisk, lscpu, pip index",
        "command": "kubectl describe, oc describe",
        "markdown": "man, info, pydoc, pandoc",
    }
)

# What these print depends on what they run or fetch: weighed against the text.
SOFT_COMMANDS = frozenset(
    "make|gmake|npm run|yarn run|pnpm run|bun run|turbo|nx|gradle|gradlew|mvn|mvnw|just|gh run|gh pr|gh issue|gh repo|"
    "cargo run|psql|sqlite3|mysql|duckdb|aws|az|npm view|npm info|tox|nox|pre-commit|git show|git stash|act|ip|env|"
    "column|trivy|lighthouse|bazel|sbt|npm outdated|terraform show|black|prettier|biome|"
    "brew info|pip show|unzip|locate|go list".split("|")
)

# These print what they read: the file they name, or the command before them in the pipe, decides.
READERS = frozenset(
    "cat head tail sed awk gawk less more bat batcat nl tac zcat gunzip gzip bzcat xzcat zstdcat strings fold fmt type"
    " view open tee sort uniq cut tr rev paste expand ts pv xargs sponge perl col".split()
)
# Programs whose 1 says "nothing found" or "they differ", and no failure.
ANSWER_BY_ONE = SEARCHERS | frozenset("find diff test [ cmp".split())

# Nothing worth a section comes from these.
SILENT = frozenset(
    "cd pushd popd export set unset source . mkdir touch rm mv cp ln chmod chown true false : sleep wait alias ulimit umask"
    " trap shopt read local declare for while kill test [ [[ exit return pwd date nvm clear function break continue disown"
    " mktemp pkill which printf echo".split()
)

# Claude Code's own tools, and the names other hosts give theirs
TOOLS = {
    "Grep": "search",
    "Glob": "listing",
    "LS": "listing",
    "grep_search": "search",
    "search_files": "search",
    "ripgrep": "search",
    "list_dir": "listing",
    "list_directory": "listing",
    "directory_tree": "listing",
    "file_search": "listing",
}

# a word in the name of a server's tool (mcp__ci__get_job_logs); weighed against the text
TOOL_WORDS = {
    "job": "build",
    "build": "build",
    "workflow": "build",
    "pipeline": "build",
    "logs": "log",
    "log": "log",
    "journal": "log",
    "diff": "diff",
    "patch": "diff",
    "tree": "listing",
    "listdir": "listing",
    "grep": "search",
    "csv": "table",
    "sql": "table",
}

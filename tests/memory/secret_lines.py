"""Command lines, made from templates: with a secret in every place where programs take one, and harmless ones beside them.

SECRET stands for a generated secret, weak or strong; none of them was ever in use.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

WITH_SECRET = r"""
docker login -u deploy -p SECRET registry.example.com
docker login --username deploy --password SECRET registry.example.com
docker login --password=SECRET -u deploy
echo SECRET | docker login -u deploy --password-stdin registry.example.com
docker login -u deploy --password-stdin <<< 'SECRET'
printf '%s' 'SECRET' | podman login -u deploy --password-stdin quay.io
sudo docker login -u deploy -p'SECRET' ghcr.io
docker run -e POSTGRES_PASSWORD=SECRET -d postgres:16
docker run --rm --env DB_PASS=SECRET app:latest
docker build --build-arg NPM_TOKEN=SECRET -t app .
docker exec -e PGPASSWORD=SECRET db psql -U app
docker compose run -e API_KEY=SECRET web
helm registry login -u me -p SECRET ghcr.io
helm install db bitnami/postgresql --set auth.postgresPassword=SECRET
helm upgrade --install app ./chart --set-string secrets.apiKey='SECRET' --wait
kubectl create secret generic db --from-literal=password=SECRET
kubectl create secret generic misc --from-literal=anything=SECRET -n prod
kubectl create secret docker-registry reg --docker-username=u --docker-password=SECRET
kubectl config set-credentials me --token=SECRET
kubectl --token SECRET get pods
curl -u admin:SECRET https://example.com/api
curl --user 'admin:SECRET' https://example.com/api
curl -uadmin:SECRET https://example.com/api
curl -sS --proxy-user bob:SECRET -x http://proxy:3128 https://example.com
curl -H 'Authorization: Bearer SECRET' https://example.com/api
curl -H "X-Api-Key: SECRET" https://example.com/api
curl --header "PRIVATE-TOKEN: SECRET" https://git.example.com/api/v4/projects
curl -H 'Authorization: SECRET' https://example.com/api
curl -X POST -d 'username=admin&password=SECRET' https://example.com/login
curl -d '{"user": "admin", "password": "SECRET"}' https://example.com/login
curl --data-raw "{\"client_secret\":\"SECRET\"}" https://example.com/token
curl "https://example.com/api?user=1&api_key=SECRET"
curl 'https://example.com/hook?access_token=SECRET&x=1'
curl https://admin:SECRET@example.com/api
curl -b 'session_token=SECRET' https://example.com
wget --http-user=bob --http-password=SECRET https://example.com/a.tgz
wget --header='Authorization: token SECRET' https://example.com/a.tgz
http -a admin:SECRET GET https://example.com/api
http POST https://example.com/login password=SECRET
http GET https://example.com/api X-Auth-Token:SECRET
mysql -u root -pSECRET shop
mysql -h db -u root -p'SECRET' -e 'select 1'
mysql --user=root --password=SECRET shop
mysqldump -u root -pSECRET shop > dump.sql
MYSQL_PWD=SECRET mysql -u root shop
mariadb -uroot -pSECRET
PGPASSWORD=SECRET psql -h db -U app -c 'select 1'
psql postgres://app:SECRET@db:5432/shop
psql "host=db user=app password=SECRET dbname=shop"
pg_dump postgresql://app:SECRET@db/shop -f dump.sql
redis-cli -h cache -a SECRET ping
redis-cli -u redis://default:SECRET@cache:6379
redis-cli -u redis://:SECRET@cache:6379
REDISCLI_AUTH=SECRET redis-cli ping
mongosh "mongodb://root:SECRET@mongo:27017/admin"
mongosh --host mongo -u root -p SECRET --authenticationDatabase admin
mongodump --username root --password SECRET --out dump
sqlcmd -S db -U sa -P SECRET -Q 'select 1'
sqlplus scott/SECRET@orcl
cqlsh -u cassandra -p SECRET node1
clickhouse-client --user default --password SECRET --query 'select 1'
influx -username admin -password SECRET -execute 'show databases'
ldapsearch -x -D cn=admin,dc=example,dc=com -w SECRET -b dc=example,dc=com
ldappasswd -x -D cn=admin -w SECRET -s SECRET uid=bob
sshpass -p SECRET ssh deploy@host uptime
sshpass -pSECRET scp a.txt deploy@host:
SSHPASS=SECRET sshpass -e ssh deploy@host
smbclient //server/share -U bob%SECRET -c ls
mount -t cifs //server/share /mnt -o username=bob,password=SECRET
ftp -u bob -p SECRET ftp.example.com
lftp -u bob,SECRET ftp.example.com -e ls
wget ftp://bob:SECRET@ftp.example.com/a.tgz
git clone https://oauth2:SECRET@git.example.com/team/app.git
git remote set-url origin https://bob:SECRET@git.example.com/team/app.git
git -c http.extraHeader='Authorization: Basic SECRET' fetch
git push https://x-access-token:SECRET@github.com/o/r main
svn checkout --username bob --password SECRET https://svn.example.com/trunk
gh auth login --with-token <<< SECRET
echo SECRET | gh auth login --with-token
GH_TOKEN=SECRET gh release create v1
GITHUB_TOKEN="SECRET" npm publish
gh secret set DEPLOY --body SECRET
gh secret set DEPLOY -b 'SECRET' -R o/r
glab auth login --token SECRET
npm config set //registry.npmjs.org/:_authToken SECRET
npm config set //registry.npmjs.org/:_authToken=SECRET
echo "//registry.npmjs.org/:_authToken=SECRET" > ~/.npmrc
NPM_TOKEN=SECRET npm publish
yarn config set npmAuthToken SECRET
pip install --index-url https://bob:SECRET@pypi.example.com/simple app
pip config set global.index-url https://__token__:SECRET@pypi.example.com/simple
twine upload -u __token__ -p SECRET dist/*
TWINE_PASSWORD=SECRET twine upload dist/*
poetry config pypi-token.pypi SECRET
poetry config http-basic.internal bob SECRET
poetry publish --username bob --password SECRET
UV_PUBLISH_TOKEN=SECRET uv publish
uv publish --token SECRET
cargo login SECRET
cargo publish --token SECRET
gem push app.gem --otp SECRET
dotnet nuget push a.nupkg --api-key SECRET
composer config http-basic.repo.example.com bob SECRET
mvn deploy -Dpassword=SECRET
mvn sonar:sonar -Dsonar.login=SECRET
gradle publish -PossrhPassword=SECRET
sonar-scanner -Dsonar.token=SECRET
aws configure set aws_secret_access_key SECRET
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=SECRET aws s3 ls
export AWS_SESSION_TOKEN=SECRET
aws secretsmanager create-secret --name db --secret-string SECRET
aws secretsmanager put-secret-value --secret-id db --secret-string 'SECRET'
aws ssm put-parameter --name /db --type SecureString --value SECRET
aws rds create-db-instance --master-user-password SECRET --engine mysql
aws cognito-idp admin-set-user-password --user-pool-id p --username u --password SECRET
az login --service-principal -u app -p SECRET --tenant t
az keyvault secret set --vault-name v --name n --value SECRET
az storage blob list --account-name a --account-key SECRET
az sql server create --name s --admin-user sa --admin-password SECRET
gcloud sql users set-password app --instance db --password=SECRET
doctl auth init -t SECRET
hcloud --token SECRET server list
heroku config:set STRIPE_KEY=SECRET
heroku config:set DB_PASS=SECRET -a app
fly secrets set COOKIE=SECRET
flyctl secrets set WHATEVER='SECRET' -a app
netlify env:set API_TOKEN SECRET
vercel --token SECRET --prod
vercel -t SECRET deploy
railway login --token SECRET
supabase secrets set WHATEVER=SECRET
doppler secrets set WHATEVER=SECRET
wrangler secret put WHATEVER <<< SECRET
echo SECRET | wrangler secret put WHATEVER
CLOUDFLARE_API_TOKEN=SECRET wrangler deploy
pulumi config set --secret dbPassword SECRET
terraform apply -var db_password=SECRET
terraform apply -var 'db_password=SECRET' -auto-approve
TF_VAR_db_password=SECRET terraform plan
ansible-playbook site.yml -e ansible_password=SECRET
ansible-playbook site.yml -e '{"vault_pass": "SECRET"}'
ansible all -m user -a "name=bob password=SECRET"
ansible-vault encrypt_string SECRET --name db
vault login SECRET
vault login token=SECRET
VAULT_TOKEN=SECRET vault kv get secret/db
vault kv put secret/db password=SECRET
vault kv put secret/db anything=SECRET
consul kv get -token SECRET app/config
consul acl set-agent-token -token=SECRET default
nomad status -token SECRET
etcdctl --user root:SECRET get key
rabbitmqctl add_user bob SECRET
rabbitmqctl change_password bob SECRET
rabbitmqadmin -u bob -p SECRET list queues
mosquitto_pub -h mq -u bob -P SECRET -t t -m m
celery -A app -b amqp://bob:SECRET@mq:5672// worker
zip -P SECRET out.zip a.txt
unzip -P SECRET out.zip
7z x -pSECRET out.7z
7z a -pSECRET -mhe=on out.7z dir
rar a -hpSECRET out.rar dir
openssl enc -aes-256-cbc -k SECRET -in a -out b
openssl enc -aes-256-cbc -pass pass:SECRET -in a -out b
openssl pkcs12 -export -in a.pem -passout pass:SECRET -out a.p12
openssl rsa -in key.pem -passin pass:'SECRET' -out plain.pem
gpg --batch --passphrase SECRET -d a.gpg
gpg --batch --passphrase-fd 0 -d a.gpg <<< SECRET
ssh-keygen -t ed25519 -N SECRET -f id_test
ssh-keygen -p -P SECRET -N '' -f id_test
keytool -genkey -alias a -storepass SECRET -keypass SECRET -keystore k.jks
jarsigner -storepass SECRET app.jar alias
apksigner sign --ks k.jks --ks-pass pass:SECRET app.apk
xfreerdp /u:bob /p:SECRET /v:host
xfreerdp /u:bob /password:SECRET /v:host
net user bob SECRET /add
useradd -m -p SECRET bob
echo bob:SECRET | sudo chpasswd
chpasswd <<< "bob:SECRET"
echo SECRET | passwd --stdin bob
echo SECRET | sudo -S apt-get update
sudo -S apt-get update <<< 'SECRET'
echo SECRET | kinit bob@EXAMPLE.COM
htpasswd -bc .htpasswd bob SECRET
htpasswd -nb bob SECRET
wpa_passphrase HomeNet SECRET
nmcli dev wifi connect HomeNet password SECRET
rclone obscure SECRET
rclone config create s3 s3 access_key_id=x secret_access_key=SECRET
mc alias set minio http://minio:9000 admin SECRET
s3cmd --access_key=x --secret_key=SECRET ls
snyk auth SECRET
sentry-cli --auth-token SECRET releases list
ngrok config add-authtoken SECRET
stripe listen --api-key SECRET
twilio api:core:messages:create --auth-token SECRET
codecov -t SECRET
expo login -u bob -p SECRET
firebase deploy --token SECRET
export DB_PASSWORD=SECRET
export DB_PASSWORD='SECRET' && python manage.py migrate
DJANGO_SECRET_KEY=SECRET python manage.py runserver
SECRET_KEY_BASE="SECRET" rails server
echo 'DB_PASSWORD=SECRET' >> .env
cat > .env <<'EOF'\nDEBUG=1\nAPI_TOKEN=SECRET\nEOF
cat <<EOF | kubectl apply -f -\nstringData:\n  password: "SECRET"\nEOF
python seed.py --admin-password SECRET
python -c "import app; app.login(password='SECRET')"
node deploy.js --token=SECRET
./deploy.sh --api-key "SECRET" --env prod
./tool -password SECRET
java -Djavax.net.ssl.keyStorePassword=SECRET -jar app.jar
java -jar app.jar --spring.datasource.password=SECRET
dotnet run --ConnectionStrings:Main="Server=db;User=sa;Password=SECRET"
sqlx migrate run --database-url postgres://app:SECRET@db/shop
DATABASE_URL=postgres://app:SECRET@db/shop npx prisma migrate deploy
DATABASE_URL="mysql://root:SECRET@127.0.0.1/shop" rails db:migrate
alembic -x password=SECRET upgrade head
bq query --credential SECRET 'select 1'
jira login --token SECRET
slack chat send --token SECRET hi
SLACK_TOKEN=SECRET ./notify.sh
bash -c 'PGPASSWORD=SECRET pg_restore -d shop dump'
ssh host "mysql -u root -pSECRET -e 'show tables'"
cd app && API_SECRET=SECRET make deploy | tee log
env AUTH_TOKEN=SECRET node app.js
sudo env DB_PASSWORD=SECRET ./run.sh
time DB_PASS=SECRET ./run.sh
docker run -e MYSQL_ROOT_PASSWORD=SECRET -d mysql:8
kubectl patch secret db -p '{"stringData": {"password": "SECRET"}}'
kubectl exec -it db-0 -- mysql -uroot -pSECRET shop
docker exec -it db mysql -u root -pSECRET
docker compose exec db psql "postgresql://a:SECRET@localhost/db"
curl -H "Cookie: sid=SECRET" https://example.com
curl --oauth2-bearer SECRET https://example.com/api
xh -a admin:SECRET https://example.com/api
wget --user bob --password SECRET https://example.com/a
openssl passwd -6 SECRET
mysql -e "CREATE USER 'a'@'%' IDENTIFIED BY 'SECRET'"
psql -c "ALTER USER app WITH PASSWORD 'SECRET'"
redis-cli config set requirepass SECRET
redis-cli AUTH SECRET
python -c "from werkzeug.security import generate_password_hash as g; print(generate_password_hash('SECRET'))"
az vm create -n vm --admin-password SECRET
az webapp config appsettings set --settings DB_PASS=SECRET
aws lambda update-function-configuration --environment "Variables={DB_PASSWORD=SECRET}"
gcloud run deploy app --set-env-vars=API_KEY=SECRET
sam deploy --parameter-overrides DbPassword=SECRET
packer build -var 'ssh_password=SECRET' image.pkr.hcl
wp user create bob bob@example.com --user_pass=SECRET
wp config create --dbname=wp --dbpass=SECRET
drush si --account-pass=SECRET --db-url=mysql://u@h/db
drush si --db-url=mysql://u:SECRET@h/db
liquibase --username=sa --password=SECRET update
flyway -user=sa -password=SECRET migrate
snowsql -o password=SECRET -q 'select 1'
huggingface-cli login --token SECRET
wandb login SECRET
argocd login argo.example.com --username admin --password SECRET
argocd account update-password --current-password SECRET --new-password SECRET
skopeo copy --src-creds bob:SECRET docker://a docker://b
java -jar jenkins-cli.jar -auth admin:SECRET build job
tailscale up --authkey SECRET
nordvpn login --token SECRET
RESTIC_PASSWORD=SECRET restic backup ~
BORG_PASSPHRASE='SECRET' borg create repo::x ~
rclone copy a b: --sftp-pass SECRET
salt '*' user.add bob password=SECRET
cmdkey /add:server /user:bob /pass:SECRET
k3s agent --server https://s:6443 --token SECRET
grafana-cli admin reset-admin-password SECRET
mosquitto_passwd -b passwords bob SECRET
STRIPE_KEY=SECRET node charge.js
OPENAI_API_KEY="SECRET" python ask.py
DD_API_KEY=SECRET DD_SITE=x bash -c "$(curl -L https://example.com/i.sh)"
cf set-env app DB_PASSWORD SECRET
eb setenv DB_PASSWORD=SECRET
railway variables set API_TOKEN=SECRET
dokku config:set app SECRET_KEY_BASE=SECRET
firebase functions:config:set stripe.secret=SECRET
jf c add --url https://example.com --access-token SECRET
snmpwalk -v3 -u bob -A SECRET -X SECRET host
"""

HARMLESS = r"""
docker ps -a
docker run -p 8080:80 -d nginx:1.27
docker run --rm -v "$PWD":/work -w /work -u 1000:1000 node:20 npm test
docker login registry.example.com
docker login -u deploy --password-stdin registry.example.com < ~/.registry-password
docker build -t registry.example.com/team/app:1.2.3 -f Dockerfile .
docker run -e POSTGRES_PASSWORD=$DB_PASSWORD -d postgres:16
docker run -e API_KEY -d app
docker compose -f docker-compose.yml -p myproject up -d
docker pull app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
kubectl get secrets -n prod
kubectl get secret db -o yaml
kubectl describe pod web-7d9c8b6f5-x2x4z
kubectl logs -f deploy/web --tail=100
kubectl create secret generic db --from-file=password=./password.txt
kubectl config use-context prod
helm list -A
helm upgrade app ./chart --set image.tag=1.2.3 --set replicas=3
curl -fsSL https://example.com/install.sh
curl -H 'Accept: application/json' https://example.com/api
curl -H "Authorization: Bearer $TOKEN" https://example.com/api
curl -H "X-Api-Key: ${API_KEY}" https://example.com/api
curl -u "$USER:$PASSWORD" https://example.com/api
curl -u bob https://example.com/api
curl --netrc https://example.com/api
curl -X POST -d '{"name": "bob", "age": 3}' https://example.com/users
curl -o out.json 'https://example.com/api?page=2&limit=50'
curl -k https://localhost:8443/health
curl -s localhost:3000/metrics | grep http_requests
wget -q https://example.com/data-2024-01-01.tar.gz
http GET https://example.com/api page==2
mysql -u root -p shop
mysql -u root -h 127.0.0.1 -P 3306 shop -e 'show tables'
mysql --defaults-extra-file=~/.my.cnf shop
mysqldump --single-transaction shop
psql -h db -p 5432 -U app -d shop -c 'select count(*) from orders'
psql "$DATABASE_URL" -f schema.sql
PGPASSWORD=$DB_PASSWORD psql -h db
pg_dump -Fc shop -f shop.dump
redis-cli -h cache -p 6379 keys 'user:*'
mongosh --eval 'db.users.count()'
sqlite3 app.db '.tables'
ssh -p 2222 deploy@host uptime
ssh -i ~/.ssh/id_ed25519 deploy@host
scp -P 2222 a.txt deploy@host:/tmp
rsync -avz -e ssh src/ host:/srv/app/
ssh-keygen -t ed25519 -C bob@example.com -f ~/.ssh/id_test
ssh-add ~/.ssh/id_ed25519
git clone https://github.com/psf/requests.git
git clone git@github.com:psf/requests.git
git checkout -b fix/token-refresh
git commit -m "Hash passwords with argon2"
git commit -m 'fix: token expires too early' -- src/auth.py
git log -p --grep password
git log --oneline -20 -- src/password_reset.py
git show 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b
git cherry-pick 4b825dc642cb6eb9a060e54bf8d69288fbee4904
git diff HEAD~3 -- src/secret_store.py
git stash push -m wip
git push -u origin fix/token-refresh
git remote add upstream https://github.com/o/r.git
git rebase -i HEAD~5
git config user.email bob@example.com
git config --global credential.helper store
git tag -a v1.2.3 -m 'Version 1.2.3'
gh pr create --title 'Rotate the signing key' --body 'See the ticket'
gh pr list --limit 10
gh auth status
gh auth login --web
gh secret list
gh run view 1234567890 --log
npm install
npm run build -- --mode production
npm test -- --grep 'password reset'
npm publish --access public
npm config set registry https://registry.npmjs.org/
npm view react versions
npm version patch
yarn add left-pad@1.3.0
pnpm -r --filter web build
pip install -r requirements.txt
pip install 'requests>=2.31,<3' --hash=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
pip install -e '.[dev]'
pip install --index-url https://pypi.example.com/simple app
poetry add pytest --group dev
uv run pytest -q -k 'token or password'
uv pip compile pyproject.toml -o requirements.txt
pytest tests/test_password.py::test_hash -x -q
pytest -p no:cacheprovider tests/auth
pytest -k secret --maxfail=1
python -m pytest tests/test_tokens.py
python manage.py changepassword bob
python manage.py test accounts.tests.PasswordResetTest
python manage.py migrate --database default
python train.py --max-tokens 2048 --tokenizer gpt2 --lr 3e-4
python run.py --token-limit 4000 --num-tokens=128
python tool.py --key name --value 3
python tool.py --key-file ~/.config/key.pem
python tool.py --password-file /run/secrets/db
python tool.py --token "$TOKEN"
python tool.py --token=${API_TOKEN}
python tool.py --password "$(cat /run/secrets/db)"
python tool.py --password `pass show db`
python tool.py --api-key <your-api-key>
python tool.py --no-password
python tool.py --seed 1234567 --port 8080
python -c "print('hello world')"
python -c "import secrets; print(secrets.token_hex(16))"
node -e 'console.log(process.env.TOKEN)'
node --max-old-space-size=4096 build.js
cargo build --release
cargo test --workspace -- --nocapture
cargo install ripgrep --version 14.1.0
cargo login
go test ./... -run TestToken -count=1
go build -ldflags '-X main.version=1.2.3' ./cmd/app
mvn -q -DskipTests package
mvn test -Dtest=PasswordEncoderTest
gradle test --tests '*TokenTest'
make -j8 test
make deploy ENV=staging
cmake -DCMAKE_BUILD_TYPE=Release -B build
bazel test //auth:token_test
terraform plan -var-file=prod.tfvars
terraform apply -var region=eu-west-1
terraform state list
ansible-playbook -i hosts site.yml --ask-vault-pass
ansible-playbook site.yml --vault-password-file ~/.vault_pass
ansible-vault view secrets.yml
vault kv get secret/db
vault status
vault login -method=oidc
aws s3 ls s3://bucket/prefix/
aws s3 cp a.txt s3://bucket/ --profile prod
aws sts get-caller-identity
aws secretsmanager list-secrets
aws secretsmanager get-secret-value --secret-id db
aws ec2 describe-instances --instance-ids i-0abcd1234efgh5678
aws logs tail /aws/lambda/app --since 1h
aws configure list
az login
az account show
az keyvault secret list --vault-name v
gcloud auth login
gcloud secrets list
gcloud compute ssh vm-1 --zone europe-west1-b
heroku logs --tail
heroku config:get DATABASE_URL
fly secrets list
fly deploy --remote-only
vercel deploy --prod
netlify deploy --dir=dist
wrangler dev
grep -rn password src/
grep -rn "api_key" --include='*.py' .
grep -i 'token=' app.log | head
rg -n 'SECRET_KEY' config/
rg --files -g '*secret*'
rg "Authorization: Bearer" docs/
find . -name '*.pem' -not -path './node_modules/*'
find / -name password.txt 2>/dev/null
sed -n '1,120p' src/auth/token.py
sed -i 's/old_password/new_password/g' src/forms.py
awk -F: '{print $1}' /etc/passwd
cat src/components/PasswordField.tsx
cat ~/.ssh/config
head -50 tests/test_secrets.py
less +G /var/log/auth.log
tail -f logs/app.log | grep -i token
ls -la ~/.aws
ls -R config/secrets
jq -r '.token' response.json
jq '.users[] | {id, password_hash}' users.json
yq '.spec.template.spec.containers[0].env' deploy.yml
diff -u old_password.py new_password.py
wc -l src/token*.py
cp .env.example .env
mv secrets.yml secrets.yml.bak
mkdir -p src/auth/tokens
rm -rf node_modules dist
chmod 600 ~/.ssh/id_rsa
chown -R app:app /srv/app
tar czf backup-2024-05-01.tar.gz src
zip -r out.zip src
unzip -q out.zip -d out
7z a out.7z dir
openssl rand -hex 32
openssl x509 -in cert.pem -noout -dates
openssl genrsa -out key.pem 4096
openssl req -new -key key.pem -out csr.pem -subj /CN=example.com
openssl enc -aes-256-cbc -pass env:PASS -in a -out b
gpg --verify a.tgz.asc a.tgz
gpg --list-keys
echo "password reset works"
echo $TOKEN | wc -c
echo "$DOCKER_PASSWORD" | docker login -u bob --password-stdin
echo 'export PATH=$HOME/bin:$PATH' >> ~/.bashrc
export NODE_ENV=production
export PYTHONPATH=$PWD/src
export API_KEY="$(op read op://dev/api/key)"
source .env && npm start
set -a; . ./.env; set +a
env | grep -i token
printenv API_TOKEN
printf '%s\\n' "$PASSWORD" | sudo -S true
sudo systemctl restart nginx
sudo -u postgres psql -c 'alter user app with login'
sudo apt-get install -y libpq-dev
sudo tee /etc/app.conf < app.conf
journalctl -u app --since '1 hour ago'
systemctl status ssh
ps aux | grep token-service
lsof -i :8080
netstat -tlnp
kill -9 12345
top -b -n 1
df -h /var
du -sh node_modules
free -m
uname -a
date +%Y-%m-%dT%H:%M:%S
time make test
watch -n 5 kubectl get pods
timeout 60 ./run.sh
nohup python worker.py > worker.log 2>&1 &
crontab -l
ruff check src/tokens.py
mypy src/auth/passwords.py
eslint 'src/**/*.ts' --fix
tsc --noEmit -p tsconfig.json
prettier --write src/secret.ts
jest src/auth/token.test.ts -t 'refreshes the token'
npx playwright test tests/login.spec.ts
npx prisma migrate dev --name add_password_hash
npx create-react-app my-app
rails generate migration AddTokenToUsers token:string
rails db:migrate VERSION=20240501120000
bundle exec rspec spec/models/password_spec.rb
php artisan migrate
composer require guzzlehttp/guzzle
dotnet test --filter FullyQualifiedName~TokenTests
dotnet ef migrations add AddPasswordHash
swift test --filter PasswordTests
flutter build apk --release
java -jar app.jar --server.port=8080
java -Xmx2g -cp lib/app.jar com.example.TokenService
javac -d out src/com/example/SecretManager.java
gcc -Wall -O2 -o app main.c
perl -pe 's/token/TOKEN/' file.txt
ruby -e 'puts 1'
bash -c 'for f in *.py; do python -m py_compile $f; done'
for f in src/*.py; do echo $f; done
if [ -f .env ]; then cat .env.example; fi
while read -r line; do echo "$line"; done < tokens.txt
cd /srv/app/releases/20240501T120000Z-4b825dc
cd ~/work/headroom && ls
code src/getUserAccessTokenFromRequestHeader.ts
cat src/hooks/useAuthTokenRefreshInterval2.ts
python scripts/convert_HTTPServerV2ToV3.py
open https://example.com/docs/authentication#bearer-tokens
ping -c 3 example.com
dig +short example.com
nslookup example.com
traceroute example.com
ip addr show
iptables -L -n
nmcli dev wifi list
xfreerdp /u:bob /v:host
smbclient -L //server -U bob
ldapsearch -x -b dc=example,dc=com '(uid=bob)' userPassword
htpasswd -c .htpasswd bob
heroku config:set NODE_ENV=production LOG_LEVEL=info
gcloud run deploy app --set-env-vars=NODE_ENV=production
aws lambda update-function-configuration --timeout 30
kubectl create configmap app --from-literal=mode=fast
kubectl port-forward svc/db 5432:5432
docker exec -u root:root app ls
redis-cli config set maxmemory 100mb
az webapp config appsettings set --settings MODE=fast
PARTITION_KEY=id python load.py
CACHE_KEY=v2 make build
python evaluate.py --pass-through --bypass-cache
ffmpeg -i in.mp4 -pass 1 out.mp4
tox -e py312 -- -k password
pre-commit run --all-files detect-private-key
semgrep --config p/secrets .
trufflehog git file://. --only-verified
gitleaks detect -v
detect-secrets scan > .secrets.baseline
python -m secrets_tool list
npx token-count README.md --max 2000
cargo run -- --tokens 128 --max-tokens=4096
openssl s_client -connect example.com:443 -servername example.com
bw list items
op item list
pass ls
passwd bob
su - postgres
keytool -list -keystore k.jks
"""

_WEAK = ("hunter2", "letmein", "secret123", "admin", "qwerty", "changeit", "welcome1", "dragon", "test", "iloveyou")
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_MIXED = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


def secrets(dice: random.Random) -> Iterator[str]:
    """Yield secrets of every strength, without end: words, passwords, tokens, keys; none with a quote or a space."""
    while True:
        yield dice.choice(_WEAK)
        yield "".join(dice.choice(_LETTERS) for _ in range(8))
        yield f"{dice.choice(_WEAK).capitalize()}{dice.choice('!#%*+?^')}{dice.randint(10, 99)}"
        yield "".join(dice.choice(_MIXED) for _ in range(dice.choice((20, 32, 40))))
        yield "".join(dice.choice("0123456789abcdef") for _ in range(32))
        yield f"{''.join(dice.choice(_MIXED) for _ in range(12))}-{''.join(dice.choice(_MIXED) for _ in range(8))}_x"
        yield str(dice.randint(100_000, 999_999))


def lines(seed: int) -> Iterator[tuple[str, list[str]]]:
    """Yield every template with a secret in it, and the secrets."""
    source = secrets(random.Random(seed))
    for template in WITH_SECRET.strip().split("\n"):
        line, used = template.replace("\\n", "\n"), []
        while "SECRET" in line.replace("SECRET_", "").replace("_SECRET", "") and _place(line) >= 0:
            used.append(next(source))
            at = _place(line)
            line = line[:at] + used[-1] + line[at + len("SECRET") :]
        yield line, used


def _place(line: str) -> int:
    """Return where the next SECRET that is not part of a name stands, -1 where there is none."""
    at = line.find("SECRET")
    while at >= 0:
        before, after = line[at - 1 : at], line[at + 6 : at + 7]
        if not (before == "_" or before.isalpha() or after == "_" or (after.isalpha())):
            # attached to an option, as in mysql -pSECRET
            return at
        if line[at - 2 : at] in ("-p", "hp") or line[at - 3 : at] == "-hp":
            return at
        at = line.find("SECRET", at + 6)
    return -1


def harmless() -> list[str]:
    """Return the harmless lines."""
    return HARMLESS.strip().split("\n")

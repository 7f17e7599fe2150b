#!/usr/bin/env bash
# The article's way, by hand: helm --wait, a copied secret, kubectl apply. Same chart, images and settings as the stack
# "local", on the same testbed. Leaves everything running; `article.sh down` removes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "${1:-}" = down ]; then
  kubectl delete --ignore-not-found serviceintentions,servicedefaults --all --namespace consul-system
  kubectl delete --ignore-not-found namespace mesh-services traefik-consul
  helm uninstall consul --namespace consul-system --wait
  kubectl delete namespace consul-system
  exit
fi

kubectl create namespace consul-system
helm install consul testbed/charts/consul --namespace consul-system --wait --values - <<'EOF'
global:
  name: consul
  datacenter: dc1
  image: localhost/consul:1.20.1
  imageK8S: localhost/consul-k8s-control-plane:1.5.3
  imageConsulDataplane: localhost/consul-dataplane:1.5.2
  imagePullPolicy: Never
  tls: { enabled: true, httpsOnly: true, verify: true }
  metrics: { enabled: true, enableAgentMetrics: true }
server: { replicas: 1, storage: 1Gi }
ui: { enabled: true }
connectInject: { enabled: true, default: false, transparentProxy: { defaultEnabled: true } }
syncCatalog: { enabled: true, default: false, toConsul: true, toK8S: false }
EOF

kubectl create namespace traefik-consul
kubectl create namespace mesh-services
kubectl get secret consul-ca-cert --namespace consul-system --output 'jsonpath={.data.tls\.crt}' | base64 --decode |
  kubectl create secret generic consul-ca-cert --namespace traefik-consul --from-file tls.crt=/dev/stdin

kubectl apply --filename - <<'EOF'
apiVersion: v1
kind: ServiceAccount
metadata: { name: traefik-system-ingress, namespace: traefik-consul }
---
apiVersion: v1
kind: Service
metadata:
  name: traefik
  namespace: traefik-consul
  annotations:
    consul.hashicorp.com/service-sync: "true"
    consul.hashicorp.com/service-name: traefik-system-ingress
spec:
  type: NodePort
  selector: { app: traefik }
  ports:
    - { name: web, port: 80, nodePort: 30080 }
    - { name: websecure, port: 443, nodePort: 30443 }
    - { name: admin, port: 8080, nodePort: 30808 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: traefik, namespace: traefik-consul }
spec:
  selector: { matchLabels: { app: traefik } }
  template:
    metadata: { labels: { app: traefik } }
    spec:
      serviceAccountName: traefik-system-ingress
      containers:
        - name: traefik
          image: localhost/traefik:3.7.15
          imagePullPolicy: Never
          args:
            - --api.insecure
            - --accesslog
            - --entrypoints.web.address=:80
            - --entrypoints.websecure.address=:443
            - --providers.consulcatalog.connectaware=true
            - --providers.consulcatalog.connectbydefault=true
            - --providers.consulcatalog.exposedbydefault=false
            - --providers.consulcatalog.watch=true
            - --providers.consulcatalog.servicename=traefik-system-ingress
            - --providers.consulcatalog.endpoint.address=consul-server.consul-system.svc:8501
            - --providers.consulcatalog.endpoint.scheme=https
            - --providers.consulcatalog.endpoint.tls.ca=/certs/consul-ca/tls.crt
          volumeMounts: [{ name: consul-ca, mountPath: /certs/consul-ca, readOnly: true }]
      volumes: [{ name: consul-ca, secret: { secretName: consul-ca-cert } }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: whoami, namespace: mesh-services }
---
apiVersion: v1
kind: Service
metadata: { name: whoami, namespace: mesh-services }
spec: { selector: { app: whoami }, ports: [{ name: main, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: whoami, namespace: mesh-services }
spec:
  selector: { matchLabels: { app: whoami } }
  template:
    metadata:
      labels: { app: whoami }
      annotations:
        consul.hashicorp.com/connect-inject: "true"
        consul.hashicorp.com/service-tags: "traefik.enable=true,traefik.http.routers.whoami.entrypoints=web,traefik.http.routers.whoami.rule=Host(`whoami.localhost`)"
    spec:
      serviceAccountName: whoami
      containers:
        - name: whoami
          image: localhost/whoami:1.10.3
          imagePullPolicy: Never
          ports: [{ containerPort: 80 }]
EOF

kubectl apply --filename - <<'EOF'
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: whoami, namespace: consul-system }
spec: { protocol: http }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: deny-all, namespace: consul-system }
spec: { destination: { name: "*" }, sources: [{ name: "*", action: deny }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: whoami, namespace: consul-system }
spec:
  destination: { name: whoami }
  sources: [{ name: traefik-system-ingress, permissions: [{ action: allow, http: { pathPrefix: / } }] }]
EOF

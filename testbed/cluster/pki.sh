# shellcheck shell=bash
# A new certificate authority for each cluster, and what it signs. Sourced after config.sh.

pki_make() { # NODE-IP
  local pki=$STATE/pki
  mkdir -p "$pki"
  chmod 700 "$pki"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$CLUSTER testbed" \
    -keyout "$pki/ca.key" -out "$pki/ca.crt" 2> /dev/null
  pki_issue apiserver /CN=kube-apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$KUBERNETES_IP,IP:$1"
  pki_issue admin /O=system:masters/CN=admin DNS:admin
  pki_issue kubelet "/O=system:nodes/CN=system:node:$NODE" "DNS:$NODE,IP:127.0.0.1,IP:$1"
  # Tokens of service accounts are signed with RSA, as in most clusters: not everything that reads them knows more.
  openssl genrsa -out "$pki/sa.key" 2048 2> /dev/null
  openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2> /dev/null
  kubeconfig_make kubelet > "$pki/kubelet.kubeconfig"
  # Not readable by others from its first moment on, and there at once or not at all.
  install -m 600 /dev/null "$KUBECONFIG.partial"
  kubeconfig_make admin > "$KUBECONFIG.partial"
  mv "$KUBECONFIG.partial" "$KUBECONFIG"
}

pki_issue() { # NAME SUBJECT ALTERNATIVE-NAMES
  local pki=$STATE/pki
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" -keyout "$pki/$1.key" -out "$pki/$1.csr" 2> /dev/null
  openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 365 -out "$pki/$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3") 2> /dev/null
  rm "$pki/$1.csr"
}

kubeconfig_make() { # USER
  local pki=$STATE/pki
  cat << K
apiVersion: v1
kind: Config
clusters:
- name: testbed
  cluster:
    server: https://127.0.0.1:$API_PORT
    certificate-authority-data: $(base64 -w0 "$pki/ca.crt")
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 "$pki/$1.crt")
    client-key-data: $(base64 -w0 "$pki/$1.key")
contexts:
- name: testbed
  context:
    cluster: testbed
    user: $1
current-context: testbed
K
}

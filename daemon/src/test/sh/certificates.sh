#!/bin/sh
# Makes in FOLDER, by openssl, what a broker on loopback and its clients prove themselves with: an authority (ca),
# a certificate for 127.0.0.1 (server), one for another name (other), and a client's (client); each NAME.pem and NAME.key.
# For the tests of the bridge to MQTT, and `benchmarks/run mqtt`: certificates.sh FOLDER
set -eu

mkdir -p "$1"
cd "$1"

certificate() {
    printf 'subjectAltName=%s\n' "$2" >"$1.ext"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem
certificate server IP:127.0.0.1
certificate other DNS:other.example
certificate client DNS:client

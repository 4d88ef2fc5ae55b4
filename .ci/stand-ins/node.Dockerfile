# Context: prefix/, a global npm prefix with Node and npm; ca-certificates.crt, the authorities this machine trusts.
FROM stand-in-base
RUN useradd --uid 1000 --create-home --shell /bin/bash node
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY prefix /usr/local
# Node brings its own list of authorities; behind an intercepting proxy npm needs this machine's.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]

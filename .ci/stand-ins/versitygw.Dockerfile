# Context: the folder of versitygw and of its image's entry point.
FROM stand-in-base
RUN mkdir /tmp/vgw
COPY . /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]

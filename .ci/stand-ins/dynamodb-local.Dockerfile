# Context: the folder of DynamoDBLocal.jar. User, folder, entry point and command are those of the image it stands for.
FROM stand-in-base
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null \
  && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home dynamodblocal
WORKDIR /home/dynamodblocal
COPY --chown=dynamodblocal . .
USER dynamodblocal
EXPOSE 8000
ENTRYPOINT ["java"]
CMD ["-jar", "DynamoDBLocal.jar", "-inMemory"]

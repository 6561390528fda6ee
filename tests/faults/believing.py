"""A worker with a fault planted in it: RQ's own, which believes what lies in Redis."""

import os
import sys

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer


def main(queue):
    redis = Redis.from_url(os.environ["REDIS_URL"])
    believed = Queue(queue, connection=redis, serializer=JSONSerializer)
    Worker([believed], connection=redis, serializer=JSONSerializer).work(logging_level="ERROR")


if __name__ == "__main__":
    main(sys.argv[-1])

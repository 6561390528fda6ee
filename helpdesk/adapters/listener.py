"""An RQ worker for one queue: it hears "look now" and calls the worker's door in a child process."""

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer


def listen(redis_url: str, queue_name: str) -> None:
    """Listen until somebody asks us to stop; a job that runs is finished first.

    One queue per process: a worker with two can lose a job when it dies between them. The times
    are short, so that a dead worker's job is found again within a minute instead of seven.
    """
    connection = Redis.from_url(redis_url)
    queue = Queue(queue_name, connection=connection, serializer=JSONSerializer)
    worker = Worker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=60,
        job_monitoring_interval=15,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")

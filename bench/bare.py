"""The bare app beside which we are measured: as little as a Flask form and a Flask list can do.

One form whose token is checked and which writes three rows in one transaction; one list of fifty
rows. No ORM, no sealing, no triage, no history: plain psycopg, one connection for each thread.
"""

import os
import secrets
import threading

import psycopg
from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from psycopg.rows import dict_row
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

ROWS = 50
TABLES = """
CREATE TABLE reports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text, opened_at
    timestamptz DEFAULT now(), status text DEFAULT 'new', level int, owner text);
CREATE INDEX ON reports (level, opened_at) WHERE status <> 'closed';
CREATE TABLE words (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint REFERENCES reports (id), words text, contact text);
CREATE TABLE jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint REFERENCES reports (id), job text, due_at timestamptz DEFAULT now());
"""
SOME_ROWS = """
INSERT INTO reports (kind, level, owner, opened_at)
SELECT 'account-takeover', n % 4, 'person-' || n % 7, now() - n * interval '1 minute'
FROM generate_series(1, 100) AS n;
"""

PAGES = {
    "page.html": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>
{% block title %}{% endblock %}</title></head><body><nav><a href="{{ url_for('reports') }}">Reports
</a> <a href="{{ url_for('new_report') }}">Form</a></nav><main>{% block main %}{% endblock %}</main>
</body></html>""",
    "form.html": """{% extends "page.html" %}{% block title %}Form{% endblock %}{% block main %}
<form method="post">{{ form.csrf_token }}{% for field in (form.kind, form.words, form.contact) %}
<p>{{ field.label }} {{ field }}{% for error in field.errors %}<em>{{ error }}</em>{% endfor %}</p>
{% endfor %}<button>Send</button></form>{% endblock %}""",
    "received.html": """{% extends "page.html" %}{% block title %}Received{% endblock %}
{% block main %}<h1>Received</h1><p>Your number is {{ number }}, your code {{ code }}.</p>
{% endblock %}""",
    "reports.html": """{% extends "page.html" %}{% block title %}Reports{% endblock %}
{% block main %}<table><thead><tr><th>Number</th><th>Kind</th><th>Level</th><th>Owner</th>
<th>Since</th></tr></thead><tbody>{% for row in rows %}<tr>
<td><a href="{{ url_for('reports', number=row.id) }}">{{ row.id }}</a></td>
<td>{{ row.kind }}</td><td>{{ row.level }}</td><td>{{ row.owner }}</td>
<td>{{ row.opened_at.strftime("%Y-%m-%d %H:%M") }}</td></tr>{% endfor %}</tbody></table>
{% endblock %}""",
}
KINDS = [SelectChoice(kind, kind) for kind in ("account-takeover", "something-else")]


class ReportForm(FlaskForm):
    """Three fields and a token."""

    kind = RadioField(choices=KINDS, validators=[InputRequired()])
    words = TextAreaField(validators=[Length(max=20_000)])
    contact = StringField(validators=[Length(max=500)])


class Connections(threading.local):
    """One connection for each thread, opened when it is first used."""

    kept: psycopg.Connection | None = None

    def mine(self) -> psycopg.Connection:
        if self.kept is None or self.kept.closed:
            self.kept = psycopg.connect(os.environ["BARE_DATABASE"], autocommit=True)
        return self.kept


def create_app() -> Flask:
    """The bare app."""
    app = Flask("bare")
    app.config["SECRET_KEY"] = secrets.token_bytes(32)
    app.jinja_loader = DictLoader(PAGES)
    connections = Connections()

    @app.get("/form")
    def new_report() -> str:
        return render_template("form.html", form=ReportForm())

    @app.post("/form")
    def create_report() -> ResponseReturnValue:
        filled = ReportForm()
        if not filled.validate_on_submit():
            return render_template("form.html", form=filled), 422
        number = _write(connections.mine(), filled)
        return render_template("received.html", number=number, code=secrets.token_hex(16)), 201

    @app.get("/reports")
    def reports() -> str:
        with connections.mine().cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                "SELECT id, kind, level, owner, opened_at FROM reports WHERE status <> 'closed' "
                "ORDER BY level, opened_at LIMIT %s",
                (ROWS,),
            ).fetchall()
        return render_template("reports.html", rows=rows)

    return app


def furnish(address: str) -> None:
    """Make the bare app's tables in an empty database."""
    with psycopg.connect(address) as connection:
        connection.execute(TABLES)
        connection.execute(SOME_ROWS)


def _write(connection: psycopg.Connection, filled: ReportForm) -> int:
    """Three rows, or none."""
    with connection.transaction():
        row = connection.execute(
            "INSERT INTO reports (kind, level) VALUES (%s, 2) RETURNING id", (filled.kind.data,)
        ).fetchone()
        number = row[0] if row else 0
        connection.execute(
            "INSERT INTO words (report_id, words, contact) VALUES (%s, %s, %s)",
            (number, filled.words.data, filled.contact.data),
        )
        connection.execute(
            "INSERT INTO jobs (report_id, job) VALUES (%s, 'tell somebody')", (number,)
        )
    return number

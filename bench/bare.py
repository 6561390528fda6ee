"""The measure: a Flask app that does as little as such a page can, on the same server and database.

Its form checks its token and writes three rows in one transaction; its list shows fifty rows.
Nothing is sealed, judged, recorded or promised.
"""

import os

from flask import Flask, render_template_string
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import create_engine, text
from wtforms import StringField, TextAreaField

TABLES = """
CREATE TABLE bare_cases (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ref text, body text);
CREATE TABLE bare_history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint);
CREATE TABLE bare_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint);
"""

FORM = """<!doctype html><html lang="en"><title>Report</title><form method="post">
{{ form.csrf_token }}{{ form.ref.label }}{{ form.ref }}{{ form.body.label }}{{ form.body }}
<button>Send</button></form></html>"""

LIST = """<!doctype html><html lang="en"><title>Cases</title><table>
{% for row in rows %}<tr><td><a href="/{{ row.id }}">{{ row.ref }}</a></td>
<td>{{ row.id }}</td><td>{{ row.body[:60] }}</td></tr>{% endfor %}</table></html>"""


class BareForm(FlaskForm):
    ref = StringField("Reference")
    body = TextAreaField("What happened")


def create_bare(url: str) -> Flask:
    app = Flask("bare")
    app.config["SECRET_KEY"] = "nothing is secret here"  # noqa: S105 - a measure, not a service
    CSRFProtect(app)
    engine = create_engine(url, pool_size=4, max_overflow=8)

    @app.get("/")
    def show_form():
        return render_template_string(FORM, form=BareForm())

    @app.post("/")
    def take_form():
        form = BareForm()
        if not form.validate_on_submit():
            return render_template_string(FORM, form=form), 422
        with engine.begin() as connection:
            case_id = connection.scalar(
                text("INSERT INTO bare_cases (ref, body) VALUES (:ref, :body) RETURNING id"),
                {"ref": form.ref.data, "body": form.body.data},
            )
            for table in ("bare_history", "bare_outbox"):
                connection.execute(
                    text(f"INSERT INTO {table} (case_id) VALUES (:id)"),  # noqa: S608 - our names
                    {"id": case_id},
                )
        return render_template_string("<!doctype html><title>Thanks</title><p>Received."), 201

    @app.get("/list")
    def show_list():
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT id, ref, body FROM bare_cases ORDER BY id DESC LIMIT 50")
            ).all()
        return render_template_string(LIST, rows=rows)

    return app


if "BARE_DATABASE_URL" in os.environ:
    application = create_bare(os.environ["BARE_DATABASE_URL"])

"""Answers are kept byte by byte: PostgreSQL puts the members of a JSON object into an order of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """No answer was ever without a body, so none is null."""

    dependencies = [("api", "0001_answers_that_are_kept")]

    operations = [migrations.AlterField(model_name="keptanswer", name="body", field=models.TextField())]

"""The application may add to the audit trail and read it, nothing else."""

from django.db import migrations

REVOKE = """
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'painclinic_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditevent FROM painclinic_app;
  END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(REVOKE, migrations.RunSQL.noop)]

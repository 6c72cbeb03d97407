"""What the database holds about the life of an alert, as triggers before an update."""

# What an alert says that somebody did stands in its history since it was last raised, by that person.
# The numbers are those of events: an acknowledgement of before a repeat counts for nothing after it.
HANDLED_BY_EVENTS = """
SELECT coalesce(max(number), 0) INTO raised FROM patients_alertevent
WHERE alert_id = NEW.id AND kind IN ('raised', 'merged', 'follow-up', 'sent-back');
IF NEW.acknowledged_at IS NOT NULL AND OLD.acknowledged_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said WHERE said.alert_id = NEW.id AND said.number > raised
      AND said.kind = 'acknowledged' AND said.by_id = NEW.acknowledged_by_id
) THEN
    RAISE EXCEPTION 'painclinic: an alert is acknowledged with the event that says so';
END IF;
IF NEW.acted_at IS NOT NULL AND OLD.acted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said WHERE said.alert_id = NEW.id AND said.number > raised
      AND said.kind IN ('contact-attempt', 'risk-note', 'safety-plan')
) THEN
    RAISE EXCEPTION 'painclinic: somebody has acted when an event says what they did';
END IF;
IF NEW.resolved_at IS NOT NULL AND OLD.resolved_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said WHERE said.alert_id = NEW.id AND said.number > raised
      AND said.kind = 'outcome' AND said.by_id = NEW.resolved_by_id
) THEN
    RAISE EXCEPTION 'painclinic: an outcome is found with the event that says why';
END IF;
IF NEW.closed_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said WHERE said.alert_id = NEW.id
      AND said.number = NEW.event_count AND said.kind = 'closed'
) THEN
    RAISE EXCEPTION 'painclinic: an alert is closed with the event that says so';
END IF;
IF NEW.closed_at IS NOT NULL AND NEW.peak_level = 3 AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said WHERE said.alert_id = NEW.id AND said.number > raised
      AND said.kind = 'signed-off' AND said.by_id = NEW.signed_off_by_id
) THEN
    RAISE EXCEPTION 'painclinic: the second person signs off with the event that says so';
END IF;
RETURN NEW;
"""
# A level is what an event says it became, and falls by a downgrade alone. An alert that was closed
# stays closed, and how high it once was is never forgotten: closing asks for that.
RULES_OF_LIFE = """
IF OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'painclinic: a closed alert stays as it is';
END IF;
IF NEW.peak_level < OLD.peak_level THEN
    RAISE EXCEPTION 'painclinic: the highest level of an alert is kept';
END IF;
IF NEW.level <> OLD.level AND NOT EXISTS (
    SELECT 1 FROM patients_alertevent said
    WHERE said.alert_id = NEW.id AND said.level = NEW.level AND said.number = NEW.event_count
      AND ((NEW.level > OLD.level AND said.kind IN ('merged', 'follow-up'))
        OR (NEW.level < OLD.level AND said.kind = 'downgraded'))
) THEN
    RAISE EXCEPTION 'painclinic: a level changes with the event that says why';
END IF;
RETURN NEW;
"""

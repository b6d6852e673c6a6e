"""Everything that comes out of a plan: papers, sheets, data. Pure functions from a case; no web, no Rasa, no database."""

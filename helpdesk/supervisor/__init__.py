"""The supervisor behind `helpdesk up`: everything a helpdesk needs on one machine, started and
stopped together."""

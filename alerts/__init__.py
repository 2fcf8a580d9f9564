"""When to speak, and how: rules over hourly buckets, the life of an incident, channels."""

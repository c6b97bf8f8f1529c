"""Who is who: names made comparable, records linked to firms and persons, judged by people, explained and undone."""

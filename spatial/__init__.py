"""Strukturbild: nod, stråk och område; the public face is filled in by the rooms below."""

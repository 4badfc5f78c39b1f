"""Relatives of outputs that once lost a fact: other tools' formats, drawn at random, with one thing in each that must be seen."""

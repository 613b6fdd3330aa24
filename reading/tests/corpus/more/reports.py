"""Reports, summaries and bulletins full of figures."""

from make import centred, figure, identity, right, table, task, text, word

DOCUMENTS = {}

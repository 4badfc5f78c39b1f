"""Every error of ours, as a tree. Each message says what happened, with the value, and what to do next.

HeadroomError
 ├─ StoreError        the store cannot be read or written
 ├─ RefError          a ref that leads nowhere
 │   ├─ UnknownRef    never stored here, or stored for another project
 │   └─ ExpiredRef    stored once, gone by retention
 ├─ SliceError        lines, query or JSON path that cannot be applied to this original
 ├─ NoteError         a note that cannot be saved, found or read
 │   ├─ UnknownNote   no note with this id in this scope
 │   └─ SecretFound   the text holds what looks like a secret: never stored
 ├─ SettingsError     a settings file or variable that cannot be used
 ├─ PathRefused       a path that the `compress` tool will not read
 ├─ ShapeError        an event of a host in a shape that is not known (a ValueError, too)
 ├─ LiveError         Claude Code could not be run to its end
 ├─ WorkerError       work for a caller was stopped, or its process died
 └─ MissingExtra      an optional library is not installed
"""

from __future__ import annotations


class HeadroomError(Exception):
    """Base of all errors a caller of this package may want to catch."""


class StoreError(HeadroomError):
    """The store cannot be read or written."""


class RefError(HeadroomError):
    """A ref that leads nowhere."""


class UnknownRef(RefError):
    """No original was ever stored under this ref here, or it belongs to another project."""


class ExpiredRef(RefError):
    """The original was stored once and has been removed by retention."""


class SliceError(HeadroomError):
    """The lines, query or JSON path asked for cannot be applied to this original."""


class NoteError(HeadroomError):
    """A note that cannot be saved, found or read as it stands."""


class UnknownNote(NoteError):
    """No note has this id here, or it belongs to another project."""


class SecretFound(NoteError):
    """The text holds what looks like a secret; nothing was saved."""


class SettingsError(HeadroomError):
    """A settings file, variable or host configuration that cannot be used as it stands."""


class PathRefused(HeadroomError):
    """A path that the `compress` tool will not read; the message says why and what to do instead."""


class ShapeError(HeadroomError, ValueError):
    """An event that is not what its host sends for this tool."""


class LiveError(HeadroomError):
    """Claude Code could not be run to its end; the message says what it said."""


class WorkerError(HeadroomError):
    """Work that another process did for a caller was stopped because it took too long, or the process died."""


class MissingExtra(HeadroomError):
    """An optional library is not installed; the message names the pip command."""

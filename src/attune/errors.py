"""What can go wrong, one branch for each party that can put it right.

::

    AttuneError
    ├── InputError                what was handed in cannot be used: another file, another value
    │   ├── RecordingError        a sound file that cannot be opened or decoded
    │   ├── TranscriptError       a timed transcript or an annotation line that does not say what it should
    │   └── SettingsError         a settings file or an option with an impossible value
    ├── DeviceError               the machine's sound: no PortAudio, no microphone, no speaker
    │   ├── MicrophoneError
    │   └── PlaybackError
    ├── ModelError                a model that is missing, incomplete, or does not load
    │   ├── ModelMissing
    │   ├── DetectorError         a speech detector; nothing is heard without it, so it is never skipped
    │   └── VoiceEncoderError     the voice encoder; without it one microphone cannot tell two people apart
    ├── VoiceError                speech synthesis did not answer, or there is no voice
    ├── StoreError                the database of sessions
    └── SequenceError             the program's own fault: inputs out of order

Every message says what, which value, and what to do. Only the command line prints them.
"""


class AttuneError(Exception):
    """Root of everything that Attune raises on purpose."""


class InputError(AttuneError):
    """What the user handed in cannot be used."""


class RecordingError(InputError):
    """A sound file cannot be opened or decoded."""


class TranscriptError(InputError):
    """A timed transcript does not say what it should."""


class SettingsError(InputError):
    """A setting has an impossible value."""


class DeviceError(AttuneError):
    """The machine's sound hardware or its library is not there."""


class MicrophoneError(DeviceError):
    """No sound can be recorded."""


class PlaybackError(DeviceError):
    """No sound can be played."""


class ModelError(AttuneError):
    """A model does not load or does not answer."""


class ModelMissing(ModelError):
    """A model is not on this machine."""


class DetectorError(ModelError):
    """A speech detector does not load; without it nothing is heard."""


class VoiceEncoderError(ModelError):
    """The voice encoder does not load; without it people on one microphone cannot be told apart."""


class VoiceError(AttuneError):
    """Speech synthesis has no voice or did not answer in time."""


class StoreError(AttuneError):
    """The database of sessions cannot be read or written."""


class SequenceError(AttuneError):
    """Inputs arrived in an order that the engine cannot account for; a defect of the caller."""

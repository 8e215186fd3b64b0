"""The depot's nouns and rules as frozen dataclasses: no input or output, no services."""

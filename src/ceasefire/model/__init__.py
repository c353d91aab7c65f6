"""Records: what flows between the stages. Frozen, every field documented, no dependency on the rest."""

"""招聘示例 — a labelled year of job fairs as files to import, and the replay of who came and what was signed."""

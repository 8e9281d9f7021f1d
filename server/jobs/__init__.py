"""岗位 — postings, applications, fairs and intents: from an employer's spreadsheet to a signed intent."""

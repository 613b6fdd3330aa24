-- Lists of duties by organisation, page by page.
CREATE INDEX duty_path ON duty (path, requirement);

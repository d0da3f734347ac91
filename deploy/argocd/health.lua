-- Health of a Canary for Argo CD: resource.customizations.health.flagger.app_Canary in argocd-cm, see docs/install.md.
local health = {
  [''] = 'Progressing',
  Initializing = 'Progressing',
  Initialized = 'Healthy',
  Waiting = 'Suspended',
  Progressing = 'Progressing',
  WaitingPromotion = 'Suspended',
  Promoting = 'Progressing',
  Finalising = 'Progressing',
  Succeeded = 'Healthy',
  Failed = 'Degraded',
  Terminating = 'Progressing',
  Terminated = 'Progressing',
}
local status = obj.status or {}
local phase = status.phase or ''
local result = { status = health[phase] or 'Unknown', message = 'New' }
if phase ~= '' then
  result.message = phase
  if (status.canaryWeight or 0) > 0 then
    result.message = phase .. ', ' .. status.canaryWeight .. '% of requests'
  end
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == 'Promoted' then
    if phase ~= '' and condition.message ~= nil and condition.message ~= '' then
      result.message = result.message .. ': ' .. condition.message
    end
    -- What was undone is on its former version again, and serves.
    if phase == 'Failed' and condition.reason == 'Undone' then
      result.status = 'Healthy'
    end
  end
end
if obj.spec ~= nil and obj.spec.suspend == true then
  result.status = 'Suspended'
end
return result
